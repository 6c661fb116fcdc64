/**
 * Deliveries in the very order in which they are taken: those of one commit are due at one instant, of which there may
 * be thousands, and each batch sorted them all.
 */
export const DUE_DELIVERIES: readonly string[] = [
  `drop index deliveries_due`,
  `create index deliveries_due on deliveries (sink, next_at, alert_id)
    where state in ('waiting', 'attempting')`,
];
