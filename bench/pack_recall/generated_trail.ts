import { gunzipSync } from "node:zlib";
import { type Level, LEVELS } from "../../core/types.ts";
import type { Detector } from "../../detection/mod.ts";
import { planTrail } from "../../generator/mod.ts";
import { rulesOf } from "./pack.ts";

/** What the pack raises on a generated trail, in its attack stories and in its quiet part. */
export interface GeneratedTrailResult {
  readonly quietEventCount: number;
  /** Alerts on quiet events, by rule title with level. */
  readonly quietAlerts: ReadonlyMap<string, number>;
  /** The highest level raised by the events of each story, by its name; undefined without an alert. */
  readonly storyLevels: ReadonlyMap<string, Level | undefined>;
}

/** Generates a trail and judges each distinct event once. */
export function measureGeneratedTrail(
  detector: Detector,
  options: { readonly seed: number; readonly events: number },
): GeneratedTrailResult {
  const plan = planTrail({ ...options, gzipLevel: 1 });
  const storyOf = new Map(
    plan.stories.flatMap(({ name, eventIds }) => eventIds.map((id) => [id, name] as const)),
  );
  const storyLevels = new Map<string, Level | undefined>(
    plan.stories.map(({ name }) => [name, undefined]),
  );
  const quietAlerts = new Map<string, number>();
  const seen = new Set<string>();
  let quietEventCount = 0;
  for (const object of plan.objects()) {
    if (object.kind !== "log") continue;
    for (const record of JSON.parse(gunzipSync(object.bytes).toString()).Records) {
      if (seen.has(record.eventID)) continue;
      seen.add(record.eventID);
      const story = storyOf.get(record.eventID);
      if (story === undefined) quietEventCount++;
      for (const { title, level } of rulesOf(detector, JSON.stringify(record))) {
        if (story !== undefined) {
          storyLevels.set(story, higherOf(storyLevels.get(story), level));
        } else {
          const name = `${title} (${level})`;
          quietAlerts.set(name, (quietAlerts.get(name) ?? 0) + 1);
        }
      }
    }
  }
  return { quietEventCount, quietAlerts, storyLevels };
}

function higherOf(one: Level | undefined, other: Level): Level {
  return one !== undefined && LEVELS.indexOf(one) > LEVELS.indexOf(other) ? one : other;
}
