/** Opening: what is refused and how, and what may happen at once. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import pg from "pg";
import { sql } from "kysely";
import { TrailsieveError } from "../../core/errors.ts";
import { MIGRATIONS } from "../../migrations/mod.ts";
import { describeDatabase, openStore } from "../../store/mod.ts";
import { QUEUE_SCHEMA_VERSION } from "../../store/queue.ts";
import { databaseOf, startTestDatabases } from "./_databases.ts";
import { commitOne, enqueueAndTake, refsOf, resultOf, rowsOf } from "./_samples.ts";
import { describeSchema } from "./_schema.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());
const { postgres } = databases;
const ignore = postgres === null;

async function refusal(url: string): Promise<TrailsieveError> {
  return await assertRejects(async () => {
    await using _store = await openStore({ url });
  }, TrailsieveError);
}

for (const { kind, present, create } of databases.kinds) {
  Deno.test({
    name: `openStore() makes the schema of the snapshot on ${kind}`,
    ignore: !present,
    async fn() {
      await using store = await openStore({ url: await create() });
      const snapshot = new URL("../../migrations/schema.snapshot.txt", import.meta.url);
      const schema = await describeSchema(databaseOf(store).db);
      // After a new migration: UPDATE_SNAPSHOTS=1 deno test -A tests/store/open_store_test.ts
      if (Deno.env.get("UPDATE_SNAPSHOTS") === "1") await Deno.writeTextFile(snapshot, schema);
      assertEquals(schema, await Deno.readTextFile(snapshot));
      const [{ version }] = await rowsOf(store, "select version from pgboss.version");
      assertEquals(version, QUEUE_SCHEMA_VERSION);
    },
  });

  Deno.test({
    name: `openStore() refuses a database that a newer version has upgraded, on ${kind}`,
    ignore: !present,
    async fn() {
      const url = await create();
      {
        await using store = await openStore({ url });
        await sql`insert into kysely_migration values ('9999_future', 'now')`
          .execute(databaseOf(store).db);
      }
      const error = await refusal(url);
      assertEquals(error.code, "usage");
      assertStringIncludes(error.message, "9999_future");
      assertStringIncludes(error.hint ?? "", "newer version");
    },
  });

  Deno.test({
    name: `openStore() keeps what was stored before, on ${kind}`,
    ignore: !present,
    async fn() {
      const url = await create();
      {
        await using store = await openStore({ url });
        await commitOne(store, "a", {});
      }
      await using store = await openStore({ url });
      assertEquals((await store.counts()).ledger, 1);
      assertEquals(store.kind, kind);
    },
  });
}

const [embedded] = databases.kinds;

Deno.test("openStore() refuses a second opening of the embedded database as locked", async () => {
  const url = await embedded.create();
  {
    await using _store = await openStore({ url });
    const error = await refusal(url);
    assertEquals(error.code, "locked");
    assertStringIncludes(error.hint ?? "", "Postgres");
    const other = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--cached-only", "--no-prompt"],
        new URL("./_commit_until_killed.ts", import.meta.url).pathname,
        ...[url, "0"],
      ],
      stdin: "null",
    }).output();
    assertEquals([other.success, new TextDecoder().decode(other.stdout)], [false, ""]);
    assertStringIncludes(new TextDecoder().decode(other.stderr), "another process uses it");
  }
  await using _again = await openStore({ url });
});

Deno.test("openStore() frees shards, hours and attempts of the embedded database's last process", async () => {
  const url = await embedded.create();
  {
    await using store = await openStore({ url });
    await enqueueAndTake(store, refsOf(2));
  }
  await using store = await openStore({ url });
  const shard = await store.takeShard();
  assertEquals([shard?.refs.length, shard?.generation, shard?.deaths], [2, 1, 1]);
});

Deno.test("openStore() makes a new embedded database that works from its first call", async () => {
  await using store = await openStore({ url: "pglite:memory" });
  // The queue's metadata is read for the first time inside this transaction.
  const shard = await enqueueAndTake(store, refsOf(2));
  assertEquals((await store.commitShard(shard, resultOf(shard))).done, 2);
});

Deno.test("Store keeps the embedded database free of the rows of settled refs", async () => {
  await using store = await openStore({ url: await embedded.create() });
  for (let i = 0; i < 24; i++) {
    const shard = await enqueueAndTake(store, refsOf(1000, { from: i * 1000 }));
    await store.commitShard(shard, resultOf(shard));
  }
  await store.takeShard();
  const [{ bytes }] = await rowsOf(
    store,
    "select pg_relation_size('planned_refs')::int as bytes",
  );
  // Without sweeping these 24,000 refs leave 5 MB behind.
  assert(Number(bytes) < 3_000_000, `${bytes} bytes`);
});

Deno.test("openStore() begins afresh where a process died while it made the database", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const url = `pglite:${folder}/state`;
    // What such a process leaves: a note in the lock file and some of the files.
    await Deno.writeTextFile(`${folder}/state.lock`, "being made\n");
    await Deno.mkdir(`${folder}/state/base`, { recursive: true });
    await Deno.writeTextFile(`${folder}/state/PG_VERSION`, "18\n");
    {
      await using store = await openStore({ url });
      await commitOne(store, "a", {});
    }
    await using store = await openStore({ url });
    assertEquals((await store.counts()).ledger, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openStore() says what to do where the folder holds something else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/state`);
    await Deno.writeTextFile(`${folder}/state/PG_VERSION`, "9.6\n");
    const error = await refusal(`pglite:${folder}/state`);
    assertEquals(error.code, "corrupt");
    assertStringIncludes(error.hint ?? "", "Move the folder away");
    assertEquals(await Deno.readTextFile(`${folder}/state/PG_VERSION`), "9.6\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openStore() refuses a URL of another kind", async () => {
  for (const url of ["mysql://x/y", "pglite:relative", "", "file:///x"]) {
    assertEquals((await refusal(url)).code, "usage");
  }
});

Deno.test("openStore() says what to do where the folder cannot be made", async () => {
  const file = await Deno.makeTempFile();
  try {
    const error = await refusal(`pglite:${file}/below/state`);
    assertEquals(error.code, "denied");
    assertStringIncludes(error.hint ?? "", "--database");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("describeDatabase() hides user, password and parameters", () => {
  assertEquals(
    describeDatabase("postgres://me:secret@db.example:5433/trail?password=secret"),
    "postgres://db.example:5433/trail",
  );
  assertEquals(describeDatabase("postgres://me:sec ret@["), "postgres://…");
  assertEquals(describeDatabase("pglite:/data/state"), "pglite:/data/state");
});

Deno.test("openStore() says that nothing listens at Postgres's address", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await refusal(`postgres://me:secret@127.0.0.1:${port}/trail`);
  assertEquals(error.code, "unreachable");
  assertStringIncludes(error.hint ?? "", "DATABASE_URL");
  assert(!error.message.includes("secret"));
});

Deno.test({
  name: "openStore() says that a Postgres database is missing or may not be used",
  ignore,
  async fn() {
    const url = new URL(await postgres!.createEmptyDatabase());
    const absent = new URL(url);
    absent.pathname = "/no_such_database";
    const missing = await refusal(absent.href);
    assertEquals(missing.code, "missing");
    assertStringIncludes(missing.hint ?? "", "createdb");

    const stranger = new URL(url);
    stranger.username = "no_such_user";
    assertEquals((await refusal(stranger.href)).code, "denied");
  },
});

Deno.test({
  name: "openStore() says which rights a Postgres user lacks",
  ignore,
  async fn() {
    const url = new URL(await postgres!.createEmptyDatabase());
    const role = `guest_${crypto.randomUUID().slice(0, 8)}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(`create role ${role} login password 'secret'`);
      const guest = new URL(url);
      guest.username = role;
      guest.password = "secret";
      const error = await refusal(guest.href);
      assertEquals(error.code, "denied");
      assertStringIncludes(error.hint ?? "", "GRANT CREATE");
      assert(!error.message.includes("secret"));
    } finally {
      await client.query(`drop role ${role}`);
      await client.end();
    }
  },
});

Deno.test({
  name: "openStore() by twenty replicas at once migrates once",
  ignore,
  async fn() {
    const url = await postgres!.createEmptyDatabase();
    const stores = await Promise.all(Array.from({ length: 20 }, () => openStore({ url })));
    try {
      const [row] = await rowsOf(stores[0], "select count(*)::int as count from kysely_migration");
      assertEquals(row.count, Object.keys(MIGRATIONS).length);
      assertEquals((await stores[19].counts()).ledger, 0);
    } finally {
      for (const store of stores) await store[Symbol.asyncDispose]();
    }
  },
});

Deno.test({
  name: "Store goes on after Postgres cut its connections",
  ignore,
  async fn() {
    const url = await postgres!.createDatabase();
    await using store = await openStore({ url });
    const shard = await enqueueAndTake(store, refsOf(1));
    await postgres!.cutConnections(url);
    assertEquals(await store.heartbeat(shard), true);
    await postgres!.cutConnections(url);
    await store.releaseShard(shard, { died: false });
    assertEquals((await store.takeShard())?.id, shard.id);
  },
});

Deno.test({
  name: "openStore() opens another connection where the first ones are cut",
  ignore,
  async fn() {
    const url = await postgres!.createEmptyDatabase();
    let isOpening = true;
    const opening = openStore({ url }).finally(() => isOpening = false);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    let cuts = 0;
    try {
      while (isOpening && cuts < 3) {
        const { rowCount } = await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
        );
        cuts += rowCount ?? 0;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await using store = await opening;
      assertEquals((await store.counts()).ledger, 0);
      assert(cuts > 0);
    } finally {
      await client.end();
    }
  },
});
