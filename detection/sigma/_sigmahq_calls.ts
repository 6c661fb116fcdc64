/** Events of our own that make SigmaHQ's CloudTrail rules fire, and such that do not: how they are made. */

/** An event. */
export type Fields = Record<string, unknown>;
/** A call of a service, with more fields. */
export const call = (service: string, eventName: string, more: Fields = {}): Fields => ({
  eventSource: `${service}.amazonaws.com`,
  eventName,
  userIdentity: { type: "IAMUser", arn: "arn:aws:iam::111122223333:user/ann" },
  ...more,
});
/** Fires on each of the calls; silent on another call of the service. */
export const calls = (service: string, ...names: string[]): Pair => ({
  fires: names.map((name) => call(service, name)),
  silent: [call(service, "ListThings"), ...names.map((name) => call("example", name))],
});
/** Events on either side of a rule. */
export interface Pair {
  readonly fires: readonly Fields[];
  readonly silent: readonly Fields[];
}

export const s3Browser = { userAgent: "[S3 Browser/9.5.5 (https://s3browser.com)]" };
export const login = (more: Fields) => call("signin", "ConsoleLogin", more);
export const saml = call("iam", "DeleteSAMLProvider", { status: "success" });
