/**
 * Who held which shard and which hour, written down by the database itself: triggers on pg-boss's jobs and on
 * `hours` note every take and every end, with the database's time and the replica's name.
 */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../core/limits.ts";
import type { Cluster } from "./_cluster.ts";

const TRIGGERS = `
create table history_of_leases (
  place bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  who text not null default current_setting('application_name'),
  shard_id uuid not null,
  kind text not null,
  generation integer not null,
  heartbeat_on timestamptz
);
create function note_lease() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.state = 'active' and (tg_op = 'DELETE' or new.state <> 'active') then
    insert into history_of_leases (shard_id, kind, generation, heartbeat_on)
    values (old.id, case when tg_op = 'DELETE' then 'deleted' else new.state::text end,
      old.retry_count, old.heartbeat_on);
  end if;
  if tg_op <> 'DELETE' and new.state = 'active' and (tg_op = 'INSERT' or old.state <> 'active') then
    insert into history_of_leases (shard_id, kind, generation, heartbeat_on)
    values (new.id, 'taken', new.retry_count, new.heartbeat_on);
  end if;
  return null;
end $$;
create trigger note_lease after insert or update or delete on pgboss.job
  for each row execute function note_lease();
create table history_of_hours (
  place bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  who text not null default current_setting('application_name'),
  hour timestamptz not null,
  generation integer not null,
  was_free boolean not null,
  holder_beat_at timestamptz
);
create function note_hour() returns trigger language plpgsql as $$
begin
  insert into history_of_hours (hour, generation, was_free, holder_beat_at)
  values (new.hour, new.generation, old.claimed_until <= now(),
    (select heartbeat_at from replicas where id = old.claimed_by));
  return null;
end $$;
create trigger note_hour after update on hours for each row
  when (new.generation <> old.generation) execute function note_hour();
`;

/** One line of the history of leases. */
export interface LeaseNote {
  readonly shard_id: string;
  readonly kind: "taken" | "completed" | "retry" | "failed" | "deleted" | "cancelled";
  readonly who: string;
  readonly generation: number;
  /** Seconds since the epoch, by the database's clock. */
  readonly at: number;
  /** The last heartbeat of the lease that ended, likewise. */
  readonly heartbeat: number;
}

/** Has the database write its history from now on. */
export async function keepHistory(cluster: Cluster): Promise<void> {
  await cluster.sql(TRIGGERS);
}

/** The history of leases in its order. */
export async function leaseHistory(cluster: Cluster): Promise<LeaseNote[]> {
  return await cluster.sql<LeaseNote>(
    `select shard_id, kind, who, generation, extract(epoch from at)::float8 as at,
      extract(epoch from heartbeat_on)::float8 as heartbeat
    from history_of_leases order by place`,
  );
}

/** Names of the replicas that hold shards, and hours, now. */
export async function holders(
  cluster: Cluster,
): Promise<{ readonly shards: Set<string>; readonly hours: Set<string> }> {
  const rows = await cluster.sql<{ what: "shard" | "hour"; who: string }>(
    `select 'shard' as what, h.who from pgboss.job j join lateral (
        select who from history_of_leases where shard_id = j.id and kind = 'taken'
        order by place desc limit 1) h on true
      where j.state = 'active'
    union all
    select 'hour', n.who from hours h join history_of_hours n using (hour, generation)
      where h.claimed_until > now()`,
  );
  const named = (what: string) =>
    new Set(rows.filter((row) => row.what === what).map((row) => row.who));
  return { shards: named("shard"), hours: named("hour") };
}

/** What a history showed. */
export interface HistoryCounts {
  readonly takes: number;
  /** Leases that ended because their holder was silent for too long. */
  readonly takenOver: number;
  readonly hourTakes: number;
  readonly hoursTakenOver: number;
}

/**
 * Holds the history against what a lease promises: nobody takes a shard before the lease ahead of it has ended, only
 * its holder completes it, nobody else ends it while its heartbeat is young, and generations grow. Likewise hours.
 */
export async function checkHistory(cluster: Cluster): Promise<HistoryCounts> {
  const notes = await leaseHistory(cluster);
  let takenOver = 0;
  for (const [shard, lines] of Map.groupBy(notes, (note) => note.shard_id)) {
    for (const [i, line] of lines.entries()) {
      const before = lines[i - 1];
      if (line.kind === "taken") {
        assert(before?.kind !== "taken", `${shard} was taken while ${before?.who} held it`);
        assert(
          before === undefined || line.generation > before.generation,
          `the generation of ${shard} did not grow`,
        );
        continue;
      }
      assertEquals(before?.kind, "taken", `${shard} ended as ${line.kind} without a holder`);
      assertEquals(line.generation, before.generation, `${shard} ended in another generation`);
      if (line.who === before.who) continue;
      assert(line.kind !== "completed", `${line.who} completed ${shard}, which ${before.who} held`);
      const silentMs = (line.at - line.heartbeat) * 1000;
      assert(
        silentMs >= LIMITS.leaseMs,
        `${shard} was taken from ${before.who} after ${silentMs} ms`,
      );
      takenOver++;
    }
  }
  const hours = await cluster.sql<{ was_free: boolean; silent_ms: number | null }>(
    `select was_free, extract(epoch from at - holder_beat_at)::float8 * 1000 as silent_ms
    from history_of_hours order by place`,
  );
  const claimed = hours.filter((hour) => !hour.was_free);
  for (const { silent_ms } of claimed) {
    // A holder without a row has left in good order.
    assert(
      silent_ms === null || silent_ms >= LIMITS.leaseMs,
      `an hour was taken after ${silent_ms}`,
    );
  }
  return {
    takes: notes.filter((note) => note.kind === "taken").length,
    takenOver,
    hourTakes: hours.length,
    hoursTakenOver: claimed.length,
  };
}
