import type { Action, ApiError } from "../actions/mod.ts";
import { buildRecord } from "../build_record.ts";
import { type Caller, iamUser } from "../callers.ts";
import type { Account, AccountKind, Organization } from "../organization.ts";
import type { Prng } from "../prng.ts";
import { randomAddress, randomBase32, randomHex } from "../random_text.ts";
import type { Scene } from "../scene.ts";
import { compileTemplate, makeSession, type Session, writeEvent } from "../template.ts";
import type { RuleIdea } from "../types.ts";
import { userAgentOf } from "../user_agents.ts";

/** A story as it is written down: who it is about is decided when it is told. */
export interface StoryScript {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly tactic: string;
  readonly ruleIdeas: readonly RuleIdea[];
  /** The kind of account that it happens in. */
  readonly in: AccountKind;
  /** Makes the calls; takes at most 45 minutes of the trail's time. */
  readonly tell: (teller: StoryTeller) => void;
}

/** A record of a story, ready to be put into a log file. */
export interface StoryEvent {
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly eventId: string;
  readonly bytes: Uint8Array;
}

/** Who calls, as far as stories differ from ordinary callers. */
export type Identity = Caller["userIdentity"];

/** What a story is told with: each call becomes an event a few seconds after the one before. */
export class StoryTeller {
  readonly events: StoryEvent[] = [];
  readonly organization: Organization;
  readonly account: Account;
  /** The account's busiest region; where calls happen unless said otherwise. */
  readonly region: string;
  readonly prng: Prng;
  /** An account outside the organization, the attacker's. */
  readonly foreignAccount = "666014527311";
  readonly #session: Session;
  readonly #address: string;
  readonly #userAgent: string;
  #at: number;

  constructor(organization: Organization, account: Account, startAt: number, prng: Prng) {
    this.organization = organization;
    this.account = account;
    this.region = account.regions[0];
    this.prng = prng;
    this.#at = startAt;
    this.#address = randomAddress(prng, "abroad");
    this.#userAgent = userAgentOf("attacker", prng);
    this.#session = makeSession(startAt - 120_000, randomBase32(prng, 16));
  }

  /** Someone who calls from outside, by a script or, with `browser`, from the console. */
  stranger(identity: Identity, options: { readonly browser?: true } = {}): Caller {
    const userAgent = options.browser ? userAgentOf("browser", this.prng) : this.#userAgent;
    return {
      userIdentity: identity,
      sourceIPAddress: () => this.#address,
      userAgent: () => userAgent,
      ...(options.browser ? { console: true as const } : {}),
    };
  }

  /** A stranger who holds the long-lived key of a user. */
  keyThief(userName: string): Caller {
    return this.stranger((scene) => iamUser(scene, { name: userName }));
  }

  /** An id such as `snap-0…`. */
  id(prefix: string): string {
    return `${prefix}-0${randomHex(this.prng, 16)}`;
  }

  /** Lets time pass. */
  wait(minutes: number): void {
    this.#at += minutes * 60_000;
  }

  /** Makes one call. */
  call(
    caller: Caller,
    action: Action,
    options: { readonly error?: ApiError; readonly region?: string } = {},
  ): void {
    const home = this.organization.partition.homeRegion;
    const region = options.region ?? (action.global === true ? home : this.region);
    const scene: Scene = {
      organization: this.organization,
      account: this.account,
      region,
      person: this.organization.people[0],
      prng: this.prng,
    };
    const template = compileTemplate(buildRecord(scene, caller, action, options.error));
    const bytes = new Uint8Array(template.bytes.length);
    writeEvent(bytes, 0, template, { at: this.#at, session: this.#session, prng: this.prng });
    this.events.push({
      at: this.#at,
      account: this.account.id,
      region,
      eventId: JSON.parse(new TextDecoder().decode(bytes)).eventID,
      bytes,
    });
    this.#at += this.prng.between(2, 25) * 1000;
  }

  /** Makes reads, one each. */
  look(caller: Caller, service: string, names: readonly string[], global?: true): void {
    for (const name of names) {
      this.call(caller, { service, name, ...(global ? { global } : {}) });
    }
  }
}

/** The errors that attackers meet. */
export const DENIED: ApiError = {
  code: "AccessDenied",
  message:
    "User is not authorized to perform this action because no identity-based policy allows it",
};
export const UNAUTHORIZED: ApiError = {
  code: "Client.UnauthorizedOperation",
  message: "You are not authorized to perform this operation.",
};
