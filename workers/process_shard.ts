import type { Buffer } from "node:buffer";
import { collectGarbage, relieveMemory } from "../core/collect_garbage.ts";
import type { Stage } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { buildAlert, type Detector, Event, type Rule } from "../detection/mod.ts";
import { eventIdOf } from "./event_columns.ts";
import { parseEventTime, parsePlainEventTime, PLAIN_TIME_BYTES } from "./event_time.ts";
import type { DirectGets } from "./direct_gets.ts";
import { fetchAhead } from "./fetch_ahead.ts";
import { FetchError } from "./fetch_error.ts";
import { fetchPieces } from "./fetch_object.ts";
import { getCount } from "./fetch_url.ts";
import { Harvest } from "./harvest.ts";
import { InflateError } from "./inflate.ts";
import { PartBuilder } from "./part_builder.ts";
import {
  type ObjectReport,
  PROGRESS,
  type ResultMessage,
  type ShardMessage,
  type ShardObject,
} from "./protocol.ts";
import { FIELD } from "./record_fields.ts";
import { type LogSummary, readLargeLog, readLog } from "./read_log.ts";
import { type RecordBatch, ScanError } from "./scan_records.ts";
import { ScannedRecord } from "./scanned_record.ts";

/** What a processor works with, for the life of its isolate. */
export interface ProcessorOptions {
  readonly detector: Detector;
  /** Whether part files are wanted. */
  readonly lake: boolean;
  /** The note of PROGRESS. */
  readonly progress: Int32Array;
  /** Waited for before a shard's first large record is held; by default there is nothing to wait for. */
  readonly largeTurn?: () => Promise<void>;
  /** Asked first for small objects of a URL; by default `fetch` is. */
  readonly direct?: DirectGets;
}

/** Reads the objects of shards, detects on their events and encodes them: one shard at a time. */
export class ShardProcessor {
  readonly #detector: Detector;
  readonly #lake: boolean;
  readonly #progress: Int32Array;
  readonly #largeTurn: () => Promise<void>;
  readonly #direct: DirectGets | undefined;
  /** Whether the shard may hold large records. */
  #hasLargeTurn = false;
  readonly #record = new ScannedRecord();
  readonly #event = new Event(this.#record);
  readonly #parts = new PartBuilder();
  #harvest = new Harvest(this.#parts);

  constructor(options: ProcessorOptions) {
    this.#detector = options.detector;
    this.#lake = options.lake;
    this.#progress = options.progress;
    this.#largeTurn = options.largeTurn ?? (() => Promise.resolve());
    this.#direct = options.direct;
  }

  /** Processes a shard to its end; a bad object is a result among the others. Rejects only on abort or a bug. */
  async process(shard: ShardMessage, signal: AbortSignal): Promise<ResultMessage> {
    const harvest = this.#harvest = new Harvest(this.#parts);
    this.#hasLargeTurn = false;
    const objects: ObjectReport[] = [];
    const getsBefore = getCount();
    for await (const fetched of fetchAhead(shard.objects, signal, this.#direct)) {
      const index = objects.length;
      const object = shard.objects[index];
      this.#note(index, -1, -1);
      if (fetched.kind === "failed") objects.push(failure(fetched.error));
      else if (fetched.kind === "whole") {
        objects.push(await this.#readWhole(index, object, fetched.bytes));
      } else objects.push(await this.#readLarge(index, object, fetchPieces(object, signal)));
    }
    this.#note(-1, -1, -1);
    return {
      kind: "result",
      shardId: shard.shardId,
      objects,
      rejected: harvest.rejected.take(),
      alerts: harvest.alerts.take(),
      parts: harvest.takeParts(),
      gets: getCount() - getsBefore,
      ruleErrors: [...harvest.ruleErrors].map(([ruleId, error]) => ({ ruleId, ...error })),
    };
  }

  async #readWhole(index: number, object: ShardObject, stored: Buffer): Promise<ObjectReport> {
    try {
      const summary = readLog(
        object.key,
        stored,
        (batch) => this.#readBatch(index, object, batch, 0),
      );
      if (summary !== null) {
        // What was inflated, and the texts cut from it, lie outside what the collector counts as pressing.
        if (summary.inflatedBytes > LIMITS.relievedObjectBytes) {
          this.#record.release();
          relieveMemory();
        }
        return done(summary);
      }
    } catch (error) {
      return failure(error);
    }
    const pieces = async function* () {
      yield stored;
    };
    return await this.#readLarge(index, object, pieces());
  }

  async #readLarge(
    index: number,
    object: ShardObject,
    stored: AsyncIterable<Uint8Array>,
  ): Promise<ObjectReport> {
    // What it yields is held until the commit, and may be as large as what is stored.
    if (object.size > LIMITS.objectInMemoryBytesMax) await this.#waitForTurn();
    const mark = this.#harvest.mark();
    let recordCount = 0;
    const restart = () => {
      this.#harvest.rollBack(mark);
      recordCount = 0;
    };
    try {
      return done(
        await readLargeLog(object.key, stored, {
          emit: (batch) => {
            this.#readBatch(index, object, batch, recordCount);
            recordCount += batch.count;
          },
          restart,
          largeRecord: () => this.#waitForTurn(),
        }),
      );
    } catch (error) {
      restart();
      return failure(error);
    } finally {
      // What a large object takes must be free for the next one, here and in the other isolates.
      this.#record.release();
      this.#harvest.parts.mark();
      collectGarbage();
    }
  }

  /** Memory has room for large records in one isolate at a time. */
  async #waitForTurn(): Promise<void> {
    if (!this.#hasLargeTurn) await this.#largeTurn();
    this.#hasLargeTurn = true;
  }

  #readBatch(index: number, object: ShardObject, batch: RecordBatch, firstRecord: number): void {
    const record = this.#record;
    record.useBatch(batch);
    for (let i = 0; i < batch.count; i++) {
      record.moveTo(i);
      this.#note(index, i, -1);
      this.#progress[PROGRESS.recordBytes] = record.byteLength;
      const timeMs = record.isObject ? eventTimeOf(record) : null;
      if (timeMs === null) {
        const reason = record.isObject ? rejection(record) : "record is no object";
        const text = () => record.text().slice(0, LIMITS.rejectedTextMax);
        this.#harvest.rejected.add({ object: index, index: firstRecord + i, reason }, text);
        continue;
      }
      this.#easeLargeRecord();
      this.#detect(index, i, timeMs, object.uri);
      this.#easeLargeRecord();
      if (this.#lake) this.#harvest.parts.append(record, timeMs, object.uri);
    }
  }

  #detect(
    index: number,
    recordIndex: number,
    timeMs: number,
    sourceObject: string,
  ): void {
    const event = this.#event;
    const onError = (rule: Rule, error: unknown) => this.#harvest.ruleFailed(rule.id, error);
    event.reset(this.#record);
    this.#detector.evaluate(
      event,
      (rule: Rule) => {
        this.#easeLargeRecord();
        const context = {
          eventId: eventIdOf(this.#record),
          eventTimeMs: timeMs,
          sourceObject,
          detectedAt: Date.now(),
          onError,
        };
        this.#harvest.alerts.add(buildAlert(rule, event, context));
      },
      onError,
      (ruleIndex: number) => this.#note(index, recordIndex, ruleIndex),
    );
    // What comes next, encoding a part or waiting for an object, is no rule's doing.
    this.#note(index, recordIndex, -1);
  }

  /** Between the steps that each hold a large record once more, what the step before left behind goes. */
  #easeLargeRecord(): void {
    if (this.#record.byteLength <= LIMITS.largeRecordBytes) return;
    this.#event.ease();
    collectGarbage();
  }

  #note(object: number, record: number, rule: number): void {
    const progress = this.#progress;
    progress[PROGRESS.object] = object;
    progress[PROGRESS.record] = record;
    progress[PROGRESS.rule] = rule;
    progress[PROGRESS.beat]++;
  }
}

/** The record's `eventTime` in ms since the epoch; null where it is no instant. */
function eventTimeOf(record: ScannedRecord): number | null {
  const start = record.start(FIELD.eventTime);
  if (start < 0) return null;
  if (record.end(FIELD.eventTime) - start === PLAIN_TIME_BYTES + 2) {
    const timeMs = parsePlainEventTime(record.view, start + 1);
    if (timeMs !== null) return timeMs;
  }
  const text = record.string("eventTime");
  return text === null ? null : parseEventTime(text);
}

function rejection(record: ScannedRecord): string {
  const text = record.fieldText("eventTime");
  if (text === undefined) return "record has no eventTime";
  return `eventTime is no RFC 3339 instant: ${text.slice(0, 100)}`;
}

function done(summary: LogSummary): ObjectReport {
  return { status: "done", ...summary, error: null };
}

/** A decode error is for good; what went wrong on the way here may not be. */
function failure(error: unknown): ObjectReport {
  const nothing = { inflatedBytes: 0, eventCount: 0, sha256: null };
  if (error instanceof FetchError) {
    return { ...nothing, status: error.status, error: { stage: "fetch", message: error.message } };
  }
  const stage: Stage | null = error instanceof InflateError
    ? "gunzip"
    : error instanceof ScanError
    ? "parse"
    : null;
  if (stage === null) throw error;
  return { ...nothing, status: "dead", error: { stage, message: (error as Error).message } };
}
