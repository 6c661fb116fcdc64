/**
 * Everything that was given up on is a dead letter, so that one command shows it and puts it back to work:
 * objects, records, damaged parts of the lake, and deliveries. A dead letter goes when it is redriven or
 * dropped. `source_url` is the source whose shard can read the object again; it is unknown for what was given
 * up on before this step. A part names the source that its rows stem from, and came into being in the
 * transaction that settled its objects: `parts.stored_at = ledger.done_at`.
 */
export const DEAD_LETTERS: readonly string[] = [
  `alter table dead_letters
    alter column object_id drop not null,
    alter column scope drop not null,
    alter column key drop not null,
    alter column etag drop not null,
    add column kind text not null default 'object',
    add column attempts integer,
    add column part_id bigint,
    add column uri text,
    add column source_url text,
    add column alert_id text,
    add column sink text`,
  `alter table dead_letters alter column kind drop default`,
  `update dead_letters set kind = case when record_index is null then 'object' else 'record' end,
    uri = case when scope like 'file:%' then scope || key
      else regexp_replace(scope, '@.*', '') || '/' || key end`,
  `update dead_letters d set attempts = l.attempts from ledger l
    where d.kind = 'object' and l.object_id = d.object_id`,
  `insert into dead_letters (kind, stage, reason, attempts, alert_id, sink)
    select 'delivery', 'deliver', last_error, attempts, alert_id, sink
    from deliveries where state = 'undelivered'`,
  `alter table dead_letters add check (kind in ('object', 'record', 'part', 'delivery'))`,
  `alter table parts add column scope text, add column source_url text`,
];
