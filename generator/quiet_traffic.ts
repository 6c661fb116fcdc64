import { type Action, findActions } from "./actions/mod.ts";
import { buildRecord, chooseError } from "./build_record.ts";
import type { Account, Organization } from "./organization.ts";
import { hashText, Prng, WeightedChoice } from "./prng.ts";
import { randomBase32 } from "./random_text.ts";
import { activityAt } from "./rhythm.ts";
import { compileTemplate, makeSession, type Session, type Template } from "./template.ts";
import { listPrincipals, type Principal } from "./workforce.ts";

/**
 * Ways in which one caller makes one call well: other resources, addresses, versions. A caller of many
 * different calls has one, for preparing templates would cost more than using them.
 */
const VARIANTS = 4;
const FAILING = VARIANTS;
const MANY_ACTIONS = 30;
/** Of 1,000 calls of people and programs, so many fail. */
const FAILING_PER_MILLE = 35;
const HABITS_MAX = 8;
/** Prepared templates are dropped and made again beyond this. */
const TEMPLATE_BYTES_MAX = 64 * 1024 * 1024;
const SESSION_MS = 4 * 3_600_000;

interface Choice {
  readonly actions: readonly Action[];
  readonly draw: WeightedChoice;
}

/** A principal at work, with what was prepared for it. */
export interface Actor {
  readonly account: Account;
  readonly principal: Principal;
  readonly regional: Choice | null;
  readonly global: Choice | null;
  /** Of 1,000 bursts, so many call global services. */
  readonly globalPerMille: number;
  readonly templates: Map<string, (Template | undefined)[]>;
  session: Session;
  sessionBlock: number;
}

/** Calls in a row by one actor in one region. */
export interface Burst {
  readonly actor: Actor;
  readonly region: string;
  readonly choice: Choice;
  readonly length: number;
  /** What was prepared for the actor's calls here, by action and variant. */
  readonly templates: (Template | undefined)[];
}

/** Makes up the everyday events of an organization. */
export class QuietTraffic {
  readonly #organization: Organization;
  readonly #actors: readonly Actor[];
  readonly #regionChoices: ReadonlyMap<Account, WeightedChoice>;
  #templateBytes = 0;
  #hour = -1;
  #actorChoice = new WeightedChoice([1]);

  constructor(organization: Organization) {
    this.#organization = organization;
    this.#actors = organization.accounts.flatMap((account) => {
      const principals = listPrincipals(organization, account);
      const sum = principals.reduce((total, principal) => total + principal.weight, 0);
      return principals.map((principal) => makeActor(account, principal, account.weight / sum));
    });
    this.#regionChoices = new Map(organization.accounts.map((account) => [
      account,
      new WeightedChoice(account.regions.map((_, index) => 1 / 2 ** index)),
    ]));
  }

  /** How busy the organization is at the instant; only the ratio of two such numbers has a meaning. */
  activityAt(at: number): number {
    return this.#actors.reduce((sum, actor) => {
      return sum + actor.principal.weight * activityAt(actor.principal.rhythm, at);
    }, 0);
  }

  /** Who does something at the instant, where and how often in a row, at most `lengthMax` times. */
  drawBurst(at: number, lengthMax: number, prng: Prng): Burst {
    const hour = Math.floor(at / 3_600_000);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#actorChoice = new WeightedChoice(
        this.#actors.map(({ principal }) => principal.weight * activityAt(principal.rhythm, at)),
      );
    }
    const actor = this.#actors[this.#actorChoice.draw(prng)];
    const choice = prng.chance(actor.globalPerMille) ? actor.global! : actor.regional!;
    const region = choice === actor.global
      ? this.#organization.partition.homeRegion
      : actor.account.regions[this.#regionChoices.get(actor.account)!.draw(prng)];
    // A cube makes most bursts short and a few very long.
    const unit = prng.below(1000) / 1000;
    const length = 1 + Math.floor(actor.principal.burstMax * unit * unit * unit);
    const room = choice === actor.global ? "global" : region;
    let templates = actor.templates.get(room);
    if (templates === undefined) actor.templates.set(room, templates = []);
    return { actor, region, choice, length: Math.min(length, lengthMax), templates };
  }

  /** A template for one call of the burst. */
  drawTemplate(burst: Burst, prng: Prng): Template {
    const { actor, choice, region, templates } = burst;
    const index = choice.draw.draw(prng);
    const variants = choice.actions.length > MANY_ACTIONS ? 1 : VARIANTS;
    const variant = prng.chance(FAILING_PER_MILLE) ? FAILING : prng.below(variants);
    const place = index * (VARIANTS + 1) + variant;
    const known = templates[place];
    if (known !== undefined) return known;
    const template = this.#makeTemplate(actor, choice.actions[index], region, variant);
    this.#templateBytes += template.bytes.length;
    if (this.#templateBytes > TEMPLATE_BYTES_MAX) {
      for (const { templates } of this.#actors) templates.clear();
      this.#templateBytes = 0;
    } else templates[place] = template;
    return template;
  }

  /** The credentials that the actor uses at the instant: the same for hours. */
  sessionAt(actor: Actor, at: number): Session {
    const block = Math.floor(at / SESSION_MS);
    if (block !== actor.sessionBlock) {
      const name = `${actor.account.id}/${actor.principal.name}/${block}`;
      const prng = new Prng(this.#organization.seed ^ hashText(name), "session");
      actor.sessionBlock = block;
      actor.session = makeSession(
        block * SESSION_MS - prng.below(3600) * 1000,
        randomBase32(prng, 16),
      );
    }
    return actor.session;
  }

  /** Depends on its arguments alone, so it does not matter when a template is made. */
  #makeTemplate(actor: Actor, action: Action, region: string, variant: number): Template {
    const { account, principal } = actor;
    const name =
      `${account.id}/${principal.name}/${region}/${action.service}:${action.name}/${variant}`;
    const scene = {
      organization: this.#organization,
      account,
      region,
      person: principal.person,
      prng: new Prng(this.#organization.seed ^ hashText(name), "template"),
    };
    // Services acting by themselves, and people signing in, do not fail in the quiet part.
    const mayFail = principal.caller.internal !== true && action.eventType === undefined;
    const error = variant === FAILING && mayFail ? chooseError(action, scene) : undefined;
    return compileTemplate(buildRecord(scene, principal.caller, action, error));
  }
}

/** Of a service's many calls everyone uses only some, and always the same. */
function habitsOf(name: string, actions: readonly Action[]): readonly Action[] {
  const prng = new Prng(hashText(name), "habits");
  const left = [...actions];
  const habits: Action[] = [];
  while (left.length > 0 && habits.length < HABITS_MAX) {
    habits.push(...left.splice(prng.below(left.length), 1));
  }
  return habits;
}

function makeActor(account: Account, principal: Principal, weightScale: number): Actor {
  const choices = Object.entries(principal.actions).flatMap(([name, weight]) => {
    const found = habitsOf(`${account.id}/${principal.name}/${name}`, findActions(name));
    return found.map((action) => ({ action, weight: weight / found.length }));
  });
  const pick = (global: boolean): Choice | null => {
    const some = choices.filter(({ action }) => (action.global === true) === global);
    if (some.length === 0) return null;
    return {
      actions: some.map(({ action }) => action),
      draw: new WeightedChoice(some.map(({ weight }) => weight)),
    };
  };
  const sum = (global: boolean) =>
    choices.reduce((total, { action, weight }) => {
      return total + ((action.global === true) === global ? weight : 0);
    }, 0);
  return {
    account,
    principal: {
      ...principal,
      weight: principal.weight * weightScale / (1 + principal.burstMax / 4),
    },
    regional: pick(false),
    global: pick(true),
    globalPerMille: Math.round(1000 * sum(true) / (sum(true) + sum(false))),
    templates: new Map(),
    session: makeSession(0, ""),
    sessionBlock: -1,
  };
}
