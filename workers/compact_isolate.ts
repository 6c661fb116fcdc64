/** The isolate that merges parts into an hour's files. It reaches nothing: bytes come and go by transfer. */
import { relieveMemory } from "../core/collect_garbage.ts";
import { describeError } from "../core/errors.ts";
import { mergeHours } from "../parquet/mod.ts";
import type { MergedMessage, MergeEndMessage, MergeMessage } from "./compact_protocol.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<MergeMessage>) => void) | null;
  postMessage(message: MergedMessage | MergeEndMessage, transfer?: Transferable[]): void;
};

scope.onmessage = async ({ data }) => {
  try {
    await merge(data);
    scope.postMessage({ kind: "end", error: null });
  } catch (error) {
    scope.postMessage({ kind: "end", error: describeError(error) });
  }
};

async function merge({ files, hours }: MergeMessage): Promise<void> {
  const inputs = hours.map(({ hourMs, parts, existing, standing }) => ({
    hourMs,
    parts: parts.map(({ file, rowStart, rowCount }) => ({ file: files[file], rowStart, rowCount })),
    existing: existing.map((file) => files[file]),
    standing: standing.map((file) => files[file]),
  }));
  for await (const merged of mergeHours(inputs)) {
    const transfer = [
      ...merged.events.map((file) => file.bytes.buffer),
      merged.activity.bytes.buffer,
    ];
    scope.postMessage({ kind: "merged", ...merged }, transfer);
    relieveMemory();
  }
}
