/**
 * Alerts and their deliveries. `payload` is text because `json` and `jsonb` refuse deep nesting and some
 * escapes that an attacker can put into an event. A delivery's `next_at` is when it may be taken: the next
 * attempt of one that waits, the end of the lease of one that is being attempted.
 */
export const OUTBOX: readonly string[] = [
  `create table alerts (
    alert_id text primary key,
    stored_at timestamptz not null default now(),
    event_time timestamptz not null,
    state text not null check (state in ('open', 'suppressed', 'delivered', 'undelivered')),
    rule_id text not null,
    level text not null,
    dedup_key text not null,
    event_id text not null,
    payload text not null
  )`,
  `create index alerts_open on alerts (stored_at) where state = 'open'`,
  `create table deliveries (
    alert_id text not null,
    sink text not null,
    state text not null default 'waiting'
      check (state in ('waiting', 'attempting', 'delivered', 'undelivered')),
    next_at timestamptz not null default now(),
    attempts integer not null default 0,
    maybe_sent boolean not null default false,
    last_error text not null default '',
    primary key (alert_id, sink)
  )`,
  `create index deliveries_due on deliveries (sink, next_at)
    where state in ('waiting', 'attempting')`,
];
