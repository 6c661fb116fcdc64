import { HOUR_MS } from "../../core/hours.ts";
import type { Organization } from "../organization.ts";
import { Prng } from "../prng.ts";
import type { Story } from "../types.ts";
import { ACCESS_STORIES } from "./access.ts";
import { EVASION_STORIES } from "./evasion.ts";
import { IMPACT_STORIES } from "./impact.ts";
import { PERSISTENCE_STORIES } from "./persistence.ts";
import { type StoryEvent, StoryTeller } from "./teller.ts";
import { THEFT_STORIES } from "./theft.ts";

export type { StoryEvent } from "./teller.ts";

/** Those whose rule ideas matter most come first: short trails hold only the first ones. */
const SCRIPTS = [
  ...ACCESS_STORIES,
  ...EVASION_STORIES,
  ...THEFT_STORIES,
  ...IMPACT_STORIES,
  ...PERSISTENCE_STORIES,
];

/** The stories of a trail and their records in time order. */
export interface ToldStories {
  readonly stories: readonly Story[];
  readonly events: readonly StoryEvent[];
}

/**
 * Tells the stories, spread over the time from `startAt` to `endAt` in an order of the seed's, as many
 * as have at most `eventsMax` records together.
 */
export function tellStories(
  organization: Organization,
  time: { readonly startAt: number; readonly endAt: number },
  eventsMax: number,
): ToldStories {
  const prng = new Prng(organization.seed, "stories");
  const places = SCRIPTS.map((_, index) => index);
  for (let last = places.length - 1; last > 0; last--) {
    const other = prng.below(last + 1);
    [places[last], places[other]] = [places[other], places[last]];
  }
  const stories: Story[] = [];
  const events: StoryEvent[] = [];
  // No story takes more than 45 minutes, so the last still ends within the trail.
  const step = (time.endAt - time.startAt - HOUR_MS) / SCRIPTS.length;
  for (const [index, script] of SCRIPTS.entries()) {
    const startAt = time.startAt + places[index] * step + prng.below(Math.floor(step));
    const accounts = organization.accounts.filter(({ kind }) => kind === script.in);
    // A small organization lacks some kinds; the last account is never one of the fixed four.
    const account = accounts.length > 0 ? prng.pick(accounts) : organization.accounts.at(-1)!;
    const teller = new StoryTeller(organization, account, Math.floor(startAt / 1000) * 1000, prng);
    script.tell(teller);
    if (events.length + teller.events.length > eventsMax) break;
    events.push(...teller.events);
    stories.push({
      name: script.name,
      title: script.title,
      description: script.description,
      tactic: script.tactic,
      account: account.id,
      startedAt: teller.events[0].at,
      endedAt: teller.events.at(-1)!.at,
      eventIds: teller.events.map(({ eventId }) => eventId),
      expectedRuleIdeas: script.ruleIdeas,
    });
  }
  stories.sort((one, other) => one.startedAt - other.startedAt);
  events.sort((one, other) => one.at - other.at);
  return { stories, events };
}
