/** A redriven object keeps what its shard said of its alerts: those of events before `alerts_from` are suppressed. */
export const DEAD_LETTER_ALERTS: readonly string[] = [
  `alter table dead_letters add column alerts_from timestamptz not null default '-infinity'`,
];
