import { compress } from "./compress.ts";
import { DeliveryQueue } from "./delivery_queue.ts";
import { DigestWriter } from "./digest.ts";
import { makeInsight } from "./insight.ts";
import { logKey } from "./keys.ts";
import { LogFileWriter } from "./log_file.ts";
import type { Organization } from "./organization.ts";
import { Prng } from "./prng.ts";
import { type Burst, QuietTraffic } from "./quiet_traffic.ts";
import { randomAlphanumeric } from "./random_text.ts";
import type { StoryEvent } from "./stories/mod.ts";
import type { GeneratedObject } from "./types.ts";

/** CloudTrail collects an account's and region's events for about five minutes. */
export const SLOT_MS = 300_000;
/** How long after the end of its slot an ordinary file is delivered. */
const DELAY_MIN_MS = 20_000;
const DELAY_MAX_MS = 320_000;
/** Of 1,000 files, so many are late: by minutes, or by up to six hours. */
const LATE_PER_MILLE = 30;
/** Of 1,000 files, so many have a few of their records delivered again. */
const REDELIVERED_PER_MILLE = 40;
const REDELIVERED_RECORDS_MAX = 8;
const REDELIVERED_SLOTS_MAX = 6;

/** What a trail is written from. */
export interface TrailScript {
  readonly organization: Organization;
  readonly startAt: number;
  readonly slots: number;
  /** Distinct events, those of the stories among them. */
  readonly events: number;
  readonly fileEventsMax: number;
  readonly gzipLevel: number;
  /** In time order. */
  readonly storyEvents: readonly StoryEvent[];
}

/** An account's events in a region during one slot. */
interface Stream {
  readonly account: string;
  readonly region: string;
  readonly bursts: Burst[];
  /** Ready records: of stories, and redelivered ones. */
  readonly records: { readonly bytes: Uint8Array; readonly duplicate: boolean }[];
}

interface Redelivery {
  readonly slot: number;
  readonly account: string;
  readonly region: string;
  readonly records: readonly Uint8Array[];
}

/** Writes a trail slot by slot; holds one slot, the late files and the records to be delivered again. */
export class TrailWriter {
  readonly #script: TrailScript;
  readonly #prng: Prng;
  readonly #traffic: QuietTraffic;
  readonly #file = new LogFileWriter();
  readonly #queue = new DeliveryQueue<GeneratedObject>();
  readonly #digests: DigestWriter;
  #redeliveries: Redelivery[] = [];
  #storyEventsDone = 0;

  constructor(script: TrailScript) {
    this.#script = script;
    this.#prng = new Prng(script.organization.seed, "trail");
    this.#traffic = new QuietTraffic(script.organization);
    this.#digests = new DigestWriter(script.organization, script.startAt, script.gzipLevel);
  }

  /** The objects in the order of their delivery. */
  *write(): Generator<GeneratedObject> {
    const { startAt, slots } = this.#script;
    const insightSlots = new Set([Math.floor(slots * 0.4), Math.floor(slots * 0.75)]);
    let slot = 0;
    for (const count of this.#quietCounts()) {
      const at = startAt + slot * SLOT_MS;
      if (insightSlots.has(slot)) {
        this.#queue.push(makeInsight(this.#script.organization, at, this.#script.gzipLevel));
      }
      this.#writeSlot(slot, at, count);
      slot++;
      yield* this.#deliverBefore(at + SLOT_MS + DELAY_MIN_MS);
    }
    for (; this.#redeliveries.length > 0; slot++) {
      this.#writeSlot(slot, startAt + slot * SLOT_MS, 0);
    }
    yield* this.#deliverBefore(Infinity);
  }

  /** How many events of the quiet part fall into each slot; their sum is exact. */
  *#quietCounts(): Generator<number> {
    const { startAt, slots, events, storyEvents } = this.#script;
    const quiet = events - storyEvents.length;
    const activities = new Float64Array(slots);
    let sum = 0;
    for (let slot = 0; slot < slots; slot++) {
      // Activity changes by the hour; a slot never crosses one, since trails start on a slot's boundary.
      sum += activities[slot] = slot % 12 === 0
        ? this.#traffic.activityAt(startAt + slot * SLOT_MS)
        : activities[slot - 1];
    }
    let done = 0;
    let reached = 0;
    for (let slot = 0; slot < slots; slot++) {
      reached += activities[slot];
      const due = slot === slots - 1 ? quiet : Math.min(quiet, Math.floor(quiet * reached / sum));
      yield due - done;
      done = due;
    }
  }

  #writeSlot(slot: number, at: number, quietCount: number): void {
    const streams = new Map<string, Stream>();
    for (let left = quietCount; left > 0;) {
      const burst = this.#traffic.drawBurst(at, left, this.#prng);
      streamOf(streams, burst.actor.account.id, burst.region).bursts.push(burst);
      left -= burst.length;
    }
    const { storyEvents } = this.#script;
    for (; this.#storyEventsDone < storyEvents.length; this.#storyEventsDone++) {
      const event = storyEvents[this.#storyEventsDone];
      if (event.at >= at + SLOT_MS) break;
      streamOf(streams, event.account, event.region).records.push({
        bytes: event.bytes,
        duplicate: false,
      });
    }
    const later: Redelivery[] = [];
    for (const redelivery of this.#redeliveries) {
      if (redelivery.slot > slot) later.push(redelivery);
      else {
        const stream = streamOf(streams, redelivery.account, redelivery.region);
        for (const bytes of redelivery.records) stream.records.push({ bytes, duplicate: true });
      }
    }
    this.#redeliveries = later;
    for (const stream of streams.values()) this.#writeStream(stream, slot, at);
  }

  /** Writes a slot's events of one account and region as one file, or several if they are many. */
  #writeStream(stream: Stream, slot: number, at: number): void {
    const prng = this.#prng;
    const file = this.#file;
    let duplicates = 0;
    file.start();
    const finishIfFull = () => {
      if (file.count < this.#script.fileEventsMax) return;
      this.#finishFile(stream, slot, at, duplicates);
      duplicates = 0;
      file.start();
    };
    for (const { bytes, duplicate } of stream.records) {
      finishIfFull();
      file.addRecord(bytes);
      if (duplicate) duplicates++;
    }
    // Bursts overlap in time and are written one behind the other: records are out of time order.
    for (const burst of stream.bursts) {
      // Parallel calls arrive in another order than they were made in.
      const parallel = prng.chance(400);
      const start = prng.below(SLOT_MS / 1000);
      const span = Math.min(
        SLOT_MS / 1000 - start,
        Math.floor(burst.length * (1 + prng.below(3)) / 2),
      );
      const event = { at, session: this.#traffic.sessionAt(burst.actor, at), prng };
      for (let index = 0; index < burst.length; index++) {
        const place = parallel ? index ^ 1 : index;
        event.at = at + (start + Math.floor(place * span / (burst.length + 1))) * 1000;
        finishIfFull();
        file.addEvent(this.#traffic.drawTemplate(burst, prng), event);
      }
    }
    this.#finishFile(stream, slot, at, duplicates);
  }

  #finishFile(stream: Stream, slot: number, at: number, duplicateCount: number): void {
    const prng = this.#prng;
    const { organization } = this.#script;
    const count = this.#file.count;
    const { account, region } = stream;
    let deliveredAt = at + SLOT_MS + DELAY_MIN_MS + prng.below(DELAY_MAX_MS - DELAY_MIN_MS);
    if (prng.chance(LATE_PER_MILLE)) {
      deliveredAt += prng.chance(700)
        ? prng.between(10, 60) * 60_000
        : prng.between(60, 360) * 60_000;
    }
    // What was redelivered is not delivered a third time.
    if (duplicateCount === 0 && prng.chance(REDELIVERED_PER_MILLE)) {
      this.#redeliveries.push({
        slot: slot + prng.between(1, REDELIVERED_SLOTS_MAX),
        account,
        region,
        records: this.#file.copyRecords(
          prng.below(count),
          prng.between(1, REDELIVERED_RECORDS_MAX),
        ),
      });
    }
    const key = logKey(
      { organizationId: organization.id, account, region, at: deliveredAt },
      randomAlphanumeric(prng, 16),
    );
    const inflated = this.#file.finish();
    this.#digests.note(key, inflated, deliveredAt);
    this.#queue.push(
      compress(
        { kind: "log", key, deliveredAt, eventCount: count, duplicateCount },
        inflated,
        this.#script.gzipLevel,
      ),
    );
  }

  *#deliverBefore(at: number): Generator<GeneratedObject> {
    for (const object of this.#queue.takeBefore(at)) {
      yield* this.#digests.takeBefore(object.deliveredAt);
      yield object;
    }
  }
}

function streamOf(streams: Map<string, Stream>, account: string, region: string): Stream {
  const name = `${account}/${region}`;
  let stream = streams.get(name);
  if (stream === undefined) {
    streams.set(name, stream = { account, region, bursts: [], records: [] });
  }
  return stream;
}
