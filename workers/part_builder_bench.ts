/** Events that were scanned become columns, and columns a part file. */
import { generatedLogs, OBJECT_EVENTS } from "../bench/generated_logs.ts";
import { EventColumns } from "./event_columns.ts";
import { KernelColumns } from "./kernel_columns.ts";
import { scanInKernel } from "./kernel_scan.ts";
import { PartBuilder } from "./part_builder.ts";
import { ScannedRecord } from "./scanned_record.ts";
import { ValueColumns } from "./value_columns.ts";

/** About as many as fit into the kernel's memory at once. */
const EVENTS = 10_000;
const START_MS = Date.UTC(2026, 2, 2, 3);

/** Events of one object share its name. */
const URIS = Array.from(
  { length: Math.ceil(EVENTS / OBJECT_EVENTS) },
  (_, i) => `s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/${i}.json.gz`,
);

const batch = scanInKernel(generatedLogs(1, EVENTS)[0].json);
if (batch === null) throw new Error("the kernel left a generated file");
const record = new ScannedRecord();
record.useBatch(batch);

const inKernel = new KernelColumns();
const asValues = new ValueColumns();
const parts = new PartBuilder();

function forEachRecord(visit: (timeMs: number, uri: string) => void): void {
  for (let i = 0; i < EVENTS; i++) {
    record.moveTo(i);
    visit(START_MS + Math.floor(i / 10) * 1000, URIS[Math.floor(i / OBJECT_EVENTS)]);
  }
}

const group = "columns of 10,000 events";

for (
  const { name, columns } of [
    { name: "ValueColumns", columns: asValues },
    { name: "KernelColumns", columns: inKernel },
  ]
) {
  const baseline = columns === asValues;
  Deno.bench(`EventColumns.append(), ${name}, 10,000 events`, { group, baseline }, () => {
    columns.clear();
    const events = new EventColumns(columns);
    forEachRecord((timeMs, uri) => events.append(record, timeMs, uri));
  });
}

Deno.bench("KernelColumns.setRow() alone, 10,000 events", { group }, () => {
  inKernel.clear();
  let row = 0;
  forEachRecord(() => inKernel.setRow(row++, record));
});

Deno.bench("PartBuilder: columns and encoding, a part of 10,000 events", { group }, () => {
  // Takes the kernel's columns over.
  parts.rollBack(0);
  forEachRecord((timeMs, uri) => parts.append(record, timeMs, uri));
  if (parts.take().length !== 1) throw new Error("not one part");
});
