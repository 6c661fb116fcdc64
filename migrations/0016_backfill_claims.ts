/**
 * Who plans a backfill, and who lists a range of it: replica ids, which hold while their hearts beat. Without them two
 * processes with the same range threw each other's plan away, and listed everything twice.
 */
export const BACKFILL_CLAIMS: readonly string[] = [
  `alter table backfills add column planned_by uuid`,
  `alter table backfill_ranges add column claimed_by uuid`,
];
