import { readAlertPiece } from "./alert_pieces.ts";
import type { Database } from "./database.ts";
import type { ObjectRef } from "../core/types.ts";
import type { Queue } from "./queue.ts";
import { backlog } from "./backlog.ts";
import * as backfills from "./backfills.ts";
import type { BackfillKey, RangeProgress } from "./backfill_types.ts";
import { bindLake, lakeBinding } from "./bind_lake.ts";
import { claimDay } from "./claim_day.ts";
import { commitHour } from "./commit_hour.ts";
import { commitShard } from "./commit_shard.ts";
import type { DamagedPart, DeadLetterFilter } from "./dead_letter_types.ts";
import * as outbox from "./deliveries.ts";
import * as retention from "./drop_old.ts";
import { enqueueShard } from "./enqueue_shard.ts";
import { filterUnknown } from "./known_objects.ts";
import { claimLakeWriter } from "./lake_writer.ts";
import { lakeLog, noteFailedWrite } from "./lake_log.ts";
import { renewLease } from "./lease.ts";
import { DatabaseListingStore } from "./listing_store.ts";
import { counts, hasCompany, leftOver, openWork } from "./open_work.ts";
import { forgetParts, namedParts, sparedParts } from "./part_rows.ts";
import { listDeadLetters, showDeadLetter } from "./read_dead_letters.ts";
import { dropDeadLetters, redriveDeadLetters } from "./redrive.ts";
import type { Replica } from "./replica.ts";
import { releaseShard } from "./release_shard.ts";
import { setAsidePart } from "./set_aside_part.ts";
import { openHours, releaseHours, takeDueHours } from "./take_hours.ts";
import { takeShard } from "./take_shard.ts";
import { adoptShards } from "./suppression.ts";
import type { RetentionScope } from "./retention_types.ts";
import { EmbeddedVacuum } from "./vacuum.ts";
import type {
  DeliveryEnd,
  FailedLakeWrite,
  HourWork,
  LakeBinding,
  LakeFile,
  LakeWrite,
  LeasedShard,
  OfBackfill,
  OfSources,
  OfWork,
  ShardResult,
  Store,
  Suppression,
  TakeHoursOptions,
} from "./types.ts";

/** The {@linkcode Store} on a database whose schema is current; each method stands in a file of its own. */
export class DatabaseStore implements Store {
  readonly kind: "pglite" | "postgres";
  readonly listing: DatabaseListingStore;
  /** For the tests of this room, which set clocks back and look into tables. */
  readonly database: Database;
  readonly #queue: Queue;
  readonly #replica: Replica;
  readonly #vacuum: EmbeddedVacuum;

  constructor(database: Database, queue: Queue, replica: Replica) {
    this.kind = database.kind;
    this.database = database;
    this.#queue = queue;
    this.#replica = replica;
    this.listing = new DatabaseListingStore(database, replica.id);
    this.#vacuum = new EmbeddedVacuum(database);
  }

  bindLake(lake: LakeBinding, options?: Parameters<Store["bindLake"]>[1]) {
    return bindLake(this.database, this.#replica.id, lake, options);
  }

  lakeBinding() {
    return lakeBinding(this.database);
  }

  filterUnknown(
    scope: string,
    refs: readonly ObjectRef[],
    { backfill }: { readonly backfill?: OfBackfill } = {},
  ) {
    return filterUnknown(this.database, this.#replica.enteredAt, scope, refs, backfill);
  }

  adoptShards(suppress: Suppression, of: Parameters<Store["adoptShards"]>[1]) {
    return adoptShards(this.database, suppress, of);
  }

  beginBackfill(key: BackfillKey) {
    return backfills.beginBackfill(this.database, this.#replica.id, key);
  }

  addRanges(...args: Parameters<Store["addRanges"]>) {
    return backfills.addRanges(this.database, this.#replica.id, ...args);
  }

  claimRange(id: string, place: number) {
    return backfills.claimRange(this.database, this.#replica.id, id, place);
  }

  openRanges(...args: Parameters<Store["openRanges"]>) {
    return backfills.openRanges(this.database, ...args);
  }

  countRanges(id: string) {
    return backfills.countRanges(this.database, id);
  }

  noteRanges(id: string, progress: readonly RangeProgress[]) {
    return backfills.noteRanges(this.database, id, progress);
  }

  finishBackfill(id: string) {
    return backfills.finishBackfill(this.database, id);
  }

  alertsOfBackfills(ids: readonly string[]) {
    return backfills.alertsOfBackfills(this.database, ids);
  }

  enqueueShard(shard: Parameters<Store["enqueueShard"]>[0]) {
    return enqueueShard(this.database, this.#queue, shard);
  }

  async takeShard(options?: OfSources) {
    await this.#vacuum.runIfDue();
    return await takeShard(this.database, this.#queue, options);
  }

  heartbeat(shard: LeasedShard) {
    return this.database.query("renew a lease", (db) => renewLease(db, shard));
  }

  async commitShard(shard: LeasedShard, result: ShardResult) {
    const counts = await commitShard(this.database, this.#queue, shard, result);
    this.#vacuum.noteSettled(shard.refs.length);
    return counts;
  }

  releaseShard(shard: LeasedShard, options: Parameters<Store["releaseShard"]>[1]) {
    return releaseShard(this.database, this.#queue, shard, options);
  }

  openWork(options?: OfWork) {
    return openWork(this.database, options);
  }

  backlog() {
    return backlog(this.database);
  }

  hasCompany() {
    return hasCompany(this.database, this.#replica.id);
  }

  leftOver(of: OfSources) {
    return leftOver(this.database, this.#replica.id, of);
  }

  openAlerts() {
    return outbox.openAlerts(this.database);
  }

  waitingSinks() {
    return outbox.waitingSinks(this.database);
  }

  async takeDeliveries(sink: string, limit: number) {
    await this.#vacuum.runIfDue();
    return await outbox.takeDeliveries(this.database, this.#replica.id, sink, limit);
  }

  readAlertPiece(alertId: string, place: number) {
    return readAlertPiece(this.database, alertId, place);
  }

  async endDeliveries(ends: readonly DeliveryEnd[]) {
    const counts = await outbox.endDeliveries(this.database, this.#replica.id, ends);
    this.#vacuum.noteSettled(ends.length);
    return counts;
  }

  nextDeliveryMs(sinks: readonly string[]) {
    return outbox.nextDeliveryMs(this.database, sinks);
  }

  claimDay(name: string) {
    return claimDay(this.database, name);
  }

  claimLakeWriter() {
    return claimLakeWriter(this.database, this.#replica.id);
  }

  takeDueHours(options: TakeHoursOptions) {
    return takeDueHours(this.database, this.#replica.id, options);
  }

  openHours() {
    return openHours(this.database);
  }

  commitHour(work: HourWork, files: readonly LakeFile[], writes?: readonly LakeWrite[]) {
    return commitHour(this.database, work, files, writes);
  }

  releaseHours(works: readonly HourWork[]) {
    return releaseHours(this.database, works);
  }

  noteFailedWrite(work: HourWork, failed: FailedLakeWrite) {
    return noteFailedWrite(this.database, work, failed);
  }

  lakeLog(options: Parameters<Store["lakeLog"]>[0]) {
    return lakeLog(this.database, options);
  }

  namedParts(paths: readonly string[]) {
    return namedParts(this.database, paths);
  }

  sparedParts(limit: number) {
    return sparedParts(this.database, limit);
  }

  forgetParts(paths: readonly string[]) {
    return forgetParts(this.database, paths);
  }

  listDeadLetters(
    filter: DeadLetterFilter,
    page: { readonly limit: number; readonly beforeId?: number },
  ) {
    return listDeadLetters(this.database, filter, page);
  }

  showDeadLetter(id: number) {
    return showDeadLetter(this.database, id);
  }

  redriveDeadLetters(ids: readonly number[]) {
    return redriveDeadLetters(this.database, this.#queue, ids);
  }

  giveUpDeliveries(sink: string) {
    return outbox.giveUpDeliveries(this.database, sink);
  }

  dropDeadLetters(ids: readonly number[]) {
    return dropDeadLetters(this.database, ids);
  }

  setAsidePart(part: DamagedPart) {
    return setAsidePart(this.database, part);
  }

  claimRetention(everyMs: number) {
    return retention.claimRetention(this.database, everyMs);
  }

  dropOldObjects(of: RetentionScope, after: string | null) {
    return retention.dropOldObjects(this.database, of, after);
  }

  dropOldAlerts(of: RetentionScope, after: string | null) {
    return retention.dropOldAlerts(this.database, of, after);
  }

  dropOldLakeLog(of: RetentionScope) {
    return retention.dropOldLakeLog(this.database, of);
  }

  reclaimRoom() {
    return retention.reclaimRoom(this.database);
  }

  counts() {
    return counts(this.database);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replica.leave();
    try {
      await this.#queue.stop();
    } finally {
      await this.database.close();
    }
  }
}
