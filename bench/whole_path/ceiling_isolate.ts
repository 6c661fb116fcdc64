/** Inflates and parses the files that it is told of, and says how many events and bytes they held. */
import { gunzipSync } from "node:zlib";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<readonly string[]>) => void;
  postMessage(message: unknown): void;
};

scope.onmessage = ({ data: files }) => {
  let events = 0;
  let inflatedBytes = 0;
  for (const path of files) {
    const inflated = gunzipSync(Deno.readFileSync(path));
    inflatedBytes += inflated.length;
    events += JSON.parse(inflated.toString()).Records.length;
  }
  scope.postMessage({ events, inflatedBytes });
};
scope.postMessage("ready");
