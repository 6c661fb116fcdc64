import { assertEquals } from "@std/assert";

/** The parts of a report that tests look at (CONTRACT.md, "Report"). */
export interface Report {
  readonly objects: Record<
    "listed" | "unchanged" | "done" | "skipped" | "dead" | "pending",
    number
  >;
  readonly events: Record<"read" | "rejected" | "duplicates" | "conflicts", number>;
  readonly alerts: Record<
    "raised" | "carried" | "suppressed" | "delivered" | "undelivered",
    number
  >;
  readonly rules: {
    readonly loaded: number;
    readonly refused: number;
    readonly failed: number;
  };
  readonly requests: Record<"list" | "get" | "put", number>;
  readonly bytes: Record<"compressed" | "uncompressed", number>;
  readonly rss_bytes_max: number;
  readonly startup_ms: number;
  readonly duration_ms: number;
}

/** Reads a report. */
export async function readReport(path: string): Promise<Report> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** Holds a report against CONTRACT's identities; `rowsAdded` is counted from the lake's files. */
export function assertIdentities({ objects, events, alerts }: Report, rowsAdded: number): void {
  const { listed, unchanged, done, skipped, dead, pending } = objects;
  assertEquals(listed, unchanged + done + skipped + dead + pending, "objects");
  assertEquals(events.read, rowsAdded + events.duplicates + events.rejected, "events");
  assertEquals(
    alerts.raised + alerts.carried,
    alerts.suppressed + alerts.delivered + alerts.undelivered,
    "alerts",
  );
}

/** 600 MB, the most that a run with two workers may take. */
export const RSS_BYTES_MAX = 600_000_000;
