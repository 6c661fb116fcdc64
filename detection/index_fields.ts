/**
 * Fields that the index asks of every event, with the call first and then in the order in which they decide about
 * rules that the call does not decide about: the one that leaves fewest first.
 */
export const INDEX_FIELDS = [
  "eventSource",
  "eventName",
  "errorCode",
  "eventType",
  "userAgent",
  "userIdentity.type",
] as const;
