/**
 * The database's schema as numbered steps. A step is a list of single SQL statements within Postgres 15,
 * runs once in a transaction and is never changed after a release: a change is a new step. The queue's own
 * tables (schema `pgboss`) are made by pg-boss before the first step runs.
 */
import { LEDGER } from "./0001_ledger.ts";
import { SHARDS } from "./0002_shards.ts";
import { OUTBOX } from "./0003_outbox.ts";
import { LAKE } from "./0004_lake.ts";
import { REPLICAS } from "./0005_replicas.ts";
import { LAKE_LOG } from "./0006_lake_log.ts";
import { DEAD_LETTERS } from "./0007_dead_letters.ts";
import { TURNS } from "./0008_turns.ts";
import { BACKFILLS } from "./0009_backfills.ts";
import { LAKE_DAYS } from "./0010_lake_days.ts";
import { DEAD_LETTER_ALERTS } from "./0011_dead_letter_alerts.ts";
import { LISTING } from "./0012_listing.ts";
import { RETENTION } from "./0013_retention.ts";
import { FULL_LISTING } from "./0014_full_listing.ts";
import { ALERT_PIECES } from "./0015_alert_pieces.ts";
import { BACKFILL_CLAIMS } from "./0016_backfill_claims.ts";
import { TAKE_PLANS } from "./0017_take_plans.ts";
import { DUE_DELIVERIES } from "./0018_due_deliveries.ts";

/** Statements by step name, in the order in which they run. */
export const MIGRATIONS: Readonly<Record<string, readonly string[]>> = {
  "0001_ledger": LEDGER,
  "0002_shards": SHARDS,
  "0003_outbox": OUTBOX,
  "0004_lake": LAKE,
  "0005_replicas": REPLICAS,
  "0006_lake_log": LAKE_LOG,
  "0007_dead_letters": DEAD_LETTERS,
  "0008_turns": TURNS,
  "0009_backfills": BACKFILLS,
  "0010_lake_days": LAKE_DAYS,
  "0011_dead_letter_alerts": DEAD_LETTER_ALERTS,
  "0012_listing": LISTING,
  "0013_retention": RETENTION,
  "0014_full_listing": FULL_LISTING,
  "0015_alert_pieces": ALERT_PIECES,
  "0016_backfill_claims": BACKFILL_CLAIMS,
  "0017_take_plans": TAKE_PLANS,
  "0018_due_deliveries": DUE_DELIVERIES,
};
