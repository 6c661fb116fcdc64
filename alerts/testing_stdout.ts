/** A process of its own for the test of a broken pipe: delivers to stdout until that fails twice. */
import { StdoutSink } from "./stdout_sink.ts";
import { makeDelivery, NEVER } from "./testing.ts";

const sink = new StdoutSink(Deno.stdout.writable);
let failures = 0;
for (let n = 0; failures < 2; n++) {
  const [result] = await sink.deliver([makeDelivery(n)], { signal: NEVER });
  if (result.kind === "delivered") continue;
  failures++;
  console.error(JSON.stringify(result));
}
await sink.close();
