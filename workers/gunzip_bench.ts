/** Gunzip of objects into the kernel's memory, against `gunzipSync`, which makes memory for each. */
import { gunzipSync } from "node:zlib";
import { generatedLogs, inTurn, OBJECT_EVENTS } from "../bench/generated_logs.ts";
import { documentedCall } from "./gunzip_context.ts";
import { inflateInto } from "./inflate.ts";
import { LOG_ROOM } from "./kernel_scan.ts";

for (const events of [OBJECT_EVENTS, 8]) {
  const group = `gunzip, an object of ${events} events`;
  const next = inTurn(generatedLogs(16, events));

  Deno.bench(`gunzipSync(), ${events} events`, { group, baseline: true }, () => {
    gunzipSync(next().gzip);
  });

  Deno.bench(`inflateInto() with one context, ${events} events`, { group }, () => {
    inflateInto(next().gzip, LOG_ROOM);
  });

  Deno.bench(`the same by documented functions, ${events} events`, { group }, () => {
    documentedCall(next().gzip, LOG_ROOM);
  });
}
