/** The tables of `migrations/` as Kysely sees them. 64-bit integers are read through `Number`. */
import type { ColumnType, Generated } from "kysely";

type Bigint = ColumnType<number | string | bigint, number, number>;
type Instant = ColumnType<Date, Date | string, Date | string>;

/** Columns by table. */
export interface Tables {
  key_heads: { head_hash: string; id: Generated<number>; scope: string; head: string };
  ledger: {
    object_id: string;
    done_at: Generated<Instant>;
    size: Bigint;
    inflated_bytes: Bigint;
    head_id: number;
    event_count: number;
    outcome: number;
    attempts: number;
    name: string;
    etag: Uint8Array;
    sha256: Uint8Array;
    error: string;
  };
  dead_letters: {
    id: Generated<Bigint>;
    at: Generated<Instant>;
    kind: "object" | "record" | "part" | "delivery";
    object_id: string | null;
    scope: string | null;
    key: string | null;
    etag: string | null;
    record_index: number | null;
    stage: string;
    reason: string;
    record_text: string | null;
    attempts: number | null;
    part_id: Bigint | null;
    uri: string | null;
    source_url: string | null;
    alert_id: string | null;
    sink: string | null;
    alerts_from: Generated<Instant>;
  };
  shards: {
    id: string;
    object_count: number;
    releases: Generated<number>;
    scope: string;
    source_url: string;
    lane: "live" | "backfill";
    priority: Generated<number>;
    place: Generated<Bigint>;
    alerts_from: ColumnType<Date, string | undefined, string>;
    backfill_id: string | null;
  };
  backfills: {
    id: string;
    started_at: Generated<Instant>;
    planned_at: Instant | null;
    finished_at: Instant | null;
    again: boolean;
    what: string;
    planned_by: string | null;
  };
  backfill_ranges: {
    backfill_id: string;
    place: Generated<Bigint>;
    day_from: Instant | null;
    day_to: Instant | null;
    is_listed: Generated<boolean>;
    kind: "keys" | "level";
    prefix: string;
    listed_until: string | null;
    claimed_by: string | null;
  };
  turns: { lane: "live" | "backfill"; source_url: string; last_turn: Generated<Bigint> };
  planned_refs: {
    object_id: string;
    shard_id: string;
    size: Bigint;
    attempts: Generated<number>;
    key: string;
    etag: string;
    again: Generated<boolean>;
  };
  settings: { name: string; value: string };
  alerts: {
    alert_id: string;
    stored_at: Generated<Instant>;
    event_time: Instant;
    state: "open" | "suppressed" | "delivered" | "undelivered";
    rule_id: string;
    level: string;
    dedup_key: string;
    event_id: string;
    payload: string;
    backfill_id: string | null;
    event_pieces: Generated<number>;
  };
  alert_pieces: { alert_id: string; place: number; piece: Uint8Array };
  deliveries: {
    alert_id: string;
    sink: string;
    state: Generated<"waiting" | "attempting" | "delivered" | "undelivered">;
    next_at: Generated<Instant>;
    attempts: Generated<number>;
    maybe_sent: Generated<boolean>;
    attempted_by: string | null;
    last_error: Generated<string>;
  };
  replicas: { id: string; heartbeat_at: Instant };
  parts: {
    id: Generated<Bigint>;
    stored_at: Generated<Instant>;
    bytes: Bigint;
    hours_left: number;
    path: string;
    etag: string;
    scope: string | null;
    source_url: string | null;
  };
  part_hours: { hour: Instant; part_id: Bigint; row_start: number; row_count: number };
  hours: {
    hour: Instant;
    first_part_at: Instant;
    last_part_at: Instant;
    claimed_until: Generated<Instant>;
    claimed_by: string | null;
    generation: Generated<number>;
    committed_generation: Generated<number>;
    parts_waiting: number;
    failures: Generated<number>;
  };
  lake_days: {
    day: Instant;
    claimed_until: Generated<Instant>;
    claimed_by: string | null;
    generation: Generated<number>;
    committed_generation: Generated<number>;
    failures: Generated<number>;
    cadence: "hourly" | "daily";
  };
  lake_log: {
    id: Generated<Bigint>;
    at: Generated<Instant>;
    period_start: Instant;
    row_count: Bigint;
    bytes: Bigint;
    duration_ms: number;
    attempt: number;
    period: "hour" | "day";
    dataset: "events" | "activity";
    path: string;
    error: string | null;
  };
  lake_files: {
    dataset: "events" | "activity";
    hour: Instant;
    file_index: number;
    path: string;
    etag: string;
    row_count: Bigint;
    conflicts: Bigint;
    bytes: Bigint;
    written_at: Generated<Instant>;
  };
}
