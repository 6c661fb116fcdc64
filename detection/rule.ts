import type { Level } from "../core/types.ts";

/** A CloudTrail event as a rule reads it: only through `get`. */
export interface EventView {
  /**
   * The value at a dotted path (`userIdentity.sessionContext.attributes.mfaAuthenticated`), as JSON gives
   * it: string, number, boolean, null, array or object; `undefined` where the path leads nowhere. The path
   * does not descend into arrays. A key that itself holds a dot is found before a nested path.
   * What it returns is shared between rules: do not change it.
   */
  get(path: string): unknown;
}

/** A detection: logic, and the metadata that goes with each alert. */
export interface Rule {
  /** Stable and unique, e.g. a UUID or a kebab-case name. */
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly description: string;
  readonly author: string;
  /** ATT&CK tactics and techniques as Sigma writes them: `attack.t1078.004`, `attack.initial-access`. */
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  /**
   * Values of `eventSource` and `eventName` that can match at all, exactly as CloudTrail writes them; left
   * out, the rule is evaluated on every event. They only spare evaluation, so they must not be narrower
   * than `matches`.
   */
  readonly eventSources?: readonly string[];
  readonly eventNames?: readonly string[];
  /** Whether the event is one that the rule looks for. Pure and quick; a throw is counted and named. */
  matches(event: EventView): boolean;
  /** The alert's title with values filled in; default: `title`. */
  alertTitle?(event: EventView): string;
  /** Groups the alerts of one incident; default `rule_id:account_id:user_arn`. */
  dedupKey?(event: EventView): string;
}

/** Checks and returns a TypeScript rule; a rule file's default export is what this returns. */
export function defineRule(rule: Rule): Rule {
  return rule;
}
