/**
 * The replicas that are alive, by their heartbeat: what one that died had claimed (an hour, a delivery under
 * way) is free at once, and one that lives may take as long as it needs.
 */
export const REPLICAS: readonly string[] = [
  `create table replicas (id uuid primary key, heartbeat_at timestamptz not null)`,
  `alter table hours add column claimed_by uuid`,
  `alter table deliveries add column attempted_by uuid`,
];
