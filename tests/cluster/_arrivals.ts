/** What comes into a trail's bucket, and in which order: late, twice, and replaced. */
import { gunzipSync, gzipSync } from "node:zlib";
import { DAY_MS, hourOf } from "../../core/hours.ts";
import { planTrail } from "../../generator/mod.ts";
import { shuffled } from "../support/random.ts";

/** One PUT into the trail's bucket. */
export interface Arrival {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Why it comes. */
  readonly kind: "new" | "again under another key" | "again with a new ETag" | "replaced";
}

const START = '{"Records":[';
const END = "]}";

/**
 * A trail of yesterday and today, its objects in a random order. Of the log files one in eight comes a second time
 * under another key, one in eight under its own key with a new ETag, and one in eight is replaced by a file with
 * more records. The rows and alerts of all of them together do not depend on what is seen of them when.
 */
export function arrivalsOf(events: number, seed: number, random: () => number): Arrival[] {
  const startAt = hourOf(Date.now()) - DAY_MS - 3 * 3_600_000;
  const plan = planTrail({ seed, events, startAt, days: 1, accounts: 8, gzipLevel: 1 });
  const objects = [...plan.objects()];
  const logs = objects.filter((object) => object.kind === "log");
  const more: Arrival[] = [];
  for (const [i, { key, bytes }] of logs.entries()) {
    if (i % 8 === 0) {
      const again = key.replace(/_[^_]*$/, `_again${String(i).padStart(11, "0")}.json.gz`);
      more.push({ key: again, bytes, kind: "again under another key" });
    } else if (i % 8 === 1) {
      const packed = gzipSync(gunzipSync(bytes), { level: 9 });
      more.push({ key, bytes: packed, kind: "again with a new ETag" });
    } else if (i % 8 === 2) {
      const joined = join(bytes, logs[(i + 1) % logs.length].bytes);
      more.push({ key, bytes: joined, kind: "replaced" });
    }
  }
  const first = objects.map(({ key, bytes }): Arrival => ({ key, bytes, kind: "new" }));
  return inOrder(shuffled([...first, ...more], random));
}

/** What the bucket holds in the end: of each key what came last. */
export function finalState(arrivals: readonly Arrival[]): Map<string, Uint8Array> {
  return new Map(arrivals.map(({ key, bytes }) => [key, bytes]));
}

/** A log file with the records of both, each in its own text. */
function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  const [a, b] = [one, other].map((bytes) => {
    const text = gunzipSync(bytes).toString();
    if (!text.startsWith(START) || !text.endsWith(END)) throw new Error("No log file of ours");
    return text.slice(START.length, -END.length);
  });
  return gzipSync(`${START}${a},${b}${END}`, { level: 1 });
}

/** A key's first version comes before its second. */
function inOrder(arrivals: Arrival[]): Arrival[] {
  const places = Map.groupBy(arrivals.keys(), (place) => arrivals[place].key);
  for (const [first, second] of places.values()) {
    if (second === undefined || arrivals[first].kind === "new") continue;
    [arrivals[first], arrivals[second]] = [arrivals[second], arrivals[first]];
  }
  return arrivals;
}
