/**
 * Whose turn it is. A shard's place in its lane and source stands in its own row, so that the first one of a
 * source is found by one index, however many wait; `turns` says when each lane of a source last had its turn.
 *
 * `take_shard` is a function because choosing and noting the turn must be one step for all replicas: it holds
 * its lock inside the server alone, so that a replica that is stopped half-way holds up nobody. Sorts and
 * scans are off in it: a plan made while the tables were small would be kept when 100,000 shards wait. (What is
 * off counts as dear, and Postgres would compile dear plans to machine code, 50 ms each: hence no JIT.) For the
 * same reason `coalesce` hides the job's state from the planner, which would otherwise walk pg-boss's index of
 * waiting jobs for each shard instead of looking up one job by its id.
 *
 * `sources` null means all; `live_max` is how many live turns may come between two of backfill while both wait.
 */
export const TURNS: readonly string[] = [
  `alter table shards add column lane text not null default 'live'
    check (lane in ('live', 'backfill'))`,
  `alter table shards add column priority integer not null default 0`,
  `alter table shards add column place bigint generated always as identity`,
  `update shards s set lane = substr(j.name, length('shards-') + 1), priority = j.priority
    from pgboss.job j where j.id = s.id and j.name in ('shards-live', 'shards-backfill')`,
  `alter table shards alter column lane drop default`,
  `create index shards_queue on shards (lane, source_url, priority desc, place)`,
  `create table turns (
    lane text not null,
    source_url text not null,
    last_turn bigint not null default 0,
    primary key (lane, source_url)
  )`,
  `insert into turns (lane, source_url) select distinct lane, source_url from shards`,
  `create function take_shard(sources text[], live_max integer)
  returns table (taken_id uuid, taken_lane text, generation integer, taken_priority integer,
    taken_releases integer, taken_scope text, taken_source text)
  language plpgsql
  set enable_seqscan = off set enable_sort = off set enable_hashjoin = off set enable_mergejoin = off
  set jit = off
  as $$
  declare
    this_turn bigint;
    last_backfill bigint;
    lanes text[] := array['live', 'backfill'];
    next record;
  begin
    perform pg_advisory_xact_lock(32776860004545399);
    select coalesce(max(t.last_turn), 0) + 1,
      coalesce(max(t.last_turn) filter (where t.lane = 'backfill'), 0)
      into this_turn, last_backfill from turns t;
    if this_turn - last_backfill > live_max then lanes := array['backfill', 'live']; end if;
    foreach taken_lane in array lanes loop
      for taken_source in select t.source_url from turns t
        where t.lane = taken_lane and (sources is null or t.source_url = any(sources))
        order by t.last_turn, t.source_url
      loop
        select s.id, s.releases, s.priority, s.scope into next
        from shards s join pgboss.job j on j.name = 'shards-' || taken_lane and j.id = s.id
        where s.lane = taken_lane and s.source_url = taken_source
          and coalesce(j.state < 'active' and not j.blocked, false) and j.start_after <= now()
        order by s.priority desc, s.place limit 1
        for update of j skip locked;
        if found then
          update pgboss.job j set state = 'active', started_on = now(),
            heartbeat_on = clock_timestamp(),
            retry_count = j.retry_count + case when j.started_on is null then 0 else 1 end
          where j.name = 'shards-' || taken_lane and j.id = next.id
          returning j.retry_count into generation;
          update turns t set last_turn = this_turn
          where t.lane = taken_lane and t.source_url = taken_source;
          taken_id := next.id;
          taken_priority := next.priority;
          taken_releases := next.releases;
          taken_scope := next.scope;
          return next;
          return;
        end if;
      end loop;
    end loop;
  end $$`,
];
