import { DAY_MS, hourOf } from "../core/hours.ts";
import { makeOrganization } from "./organization.ts";
import { readOptions } from "./options.ts";
import { tellStories } from "./stories/mod.ts";
import type { GeneratedObject, TrailOptions, TrailPlan } from "./types.ts";
import { SLOT_MS, TrailWriter } from "./write_trail.ts";

/**
 * Decides a trail: organization, stories and their labels. Nothing is written before `objects()` is
 * iterated. Throws TrailsieveError `usage` for options outside their bounds.
 */
export function planTrail(options: TrailOptions): TrailPlan {
  const settings = readOptions(options);
  const organization = makeOrganization(settings);
  const startAt = hourOf(settings.startAt);
  const endAt = startAt + settings.days * DAY_MS;
  const told = settings.stories
    ? tellStories(organization, { startAt, endAt }, Math.floor(settings.events / 2))
    : { stories: [], events: [] };
  return {
    organizationId: organization.id,
    accounts: organization.accounts.map(({ id, name }) => ({ id, name })),
    regions: organization.regions,
    startAt,
    endAt,
    stories: told.stories,
    objects() {
      return new TrailWriter({
        organization,
        startAt,
        slots: (endAt - startAt) / SLOT_MS,
        events: settings.events,
        fileEventsMax: settings.fileEventsMax,
        gzipLevel: settings.gzipLevel,
        storyEvents: told.events,
      }).write();
    },
  };
}

/** The objects of a trail; see `planTrail`, which gives its labels as well. */
export function generateTrail(options: TrailOptions): Generator<GeneratedObject> {
  return planTrail(options).objects();
}
