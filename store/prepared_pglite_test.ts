import { assertEquals, assertRejects } from "@std/assert";
import { PGlite } from "@electric-sql/pglite";
import { dataDir } from "@electric-sql/pglite-prepopulatedfs";
import { PreparedStatements } from "./prepared_pglite.ts";

async function withPGlite(
  work: (pglite: PGlite, prepared: PreparedStatements) => Promise<void>,
): Promise<void> {
  const pglite = await PGlite.create({ loadDataDir: await dataDir() });
  try {
    await work(pglite, new PreparedStatements(pglite));
  } finally {
    await pglite.close();
  }
}

Deno.test("PreparedStatements.query() gives what PGlite gives, from its second call on", async () => {
  await withPGlite(async (pglite, prepared) => {
    await pglite.exec(
      "create table t (id int primary key, name text, at timestamptz, bytes bytea)",
    );
    const calls: readonly (readonly [string, unknown[]])[] = [
      [
        `select $1::int as a, $2::text as b, $3::bigint as c, $4::float8 as d, $5::boolean as e,
        $6::timestamptz as f, $7::bytea as g, $8::text[] as h, $9::uuid as i, $10::int as j`,
        [
          7,
          'quoted "text", ünï\\',
          2 ** 53 - 1,
          0.1,
          true,
          new Date(1_700_000_000_123),
          new Uint8Array([0, 1, 255]),
          ["a,b", 'c"d', "", null],
          "00112233-4455-6677-8899-aabbccddeeff",
          null,
        ],
      ],
      [
        "with n as (insert into t (id, name) select g, $1 from generate_series(1, 3) g " +
        "on conflict (id) do update set name = excluded.name returning id) select id from n",
        ["x"],
      ],
      ["update t set name = $1 where id > $2", ["y", 1]],
      ["select id, name, at, bytes from t where id = any($1::int[]) order by id", [[1, 3]]],
      ["select 1 as none where false", []],
      [
        `select $1::smallint[] as a, $2::int[] as b, $3::bigint[] as c, $4::float8[] as d, $5::text[] as e,
        $6::uuid[] as f, $7::int[] as g, $8::text[] as h, $9::bigint[] as i, $10::float8[] as j`,
        [
          [-32767, 0, 32767],
          [-(2 ** 31) + 1, -1, 2 ** 31 - 1],
          [-(2 ** 53) + 2, -(2 ** 32), -1, 2 ** 32, 2 ** 53 - 2],
          [-0.5, 1e300, Infinity, NaN],
          ["", "a,b", 'c"d\\', "ünï\u{10000}", "NULL"],
          ["00112233-4455-6677-8899-aabbccddeeff", "ffffffff-ffff-ffff-ffff-fffffffffffe"],
          [],
          ["x", null],
          ["9007199254740993"],
          [1, null],
        ],
      ],
    ];
    for (const [text, params] of calls) {
      assertEquals(await prepared.query(text, params), null);
      for (let i = 0; i < 3; i++) {
        const { rows, affectedRows } = await pglite.query(text, params);
        const ours = await prepared.query(text, params);
        assertEquals({ rows: ours?.rows, affectedRows: ours?.affectedRows }, {
          rows,
          affectedRows,
        });
      }
    }
  });
});

Deno.test("PreparedStatements.query() rejects with the database's error and goes on", async () => {
  await withPGlite(async (pglite, prepared) => {
    await pglite.exec("create table t (id int primary key)");
    const insert = "insert into t values ($1)";
    await prepared.query(insert, [1]);
    await prepared.query(insert, [1]);
    const again = await assertRejects(() => prepared.query(insert, [1]), Error, "duplicate key");
    assertEquals((again as Error & { code: string }).code, "23505");
    await assertRejects(() =>
      pglite.transaction(async () => {
        await prepared.query(insert, [2]);
        await prepared.query(insert, [1]);
      })
    );
    await pglite.transaction(async () => void await prepared.query(insert, [3]));
    const { rows } = await pglite.query("select id from t order by id");
    assertEquals(rows, [{ id: 1 }, { id: 3 }]);
    await prepared.query("select nothing", []);
    await assertRejects(() => prepared.query("select nothing", []), Error, "does not exist");
  });
});

Deno.test("PreparedStatements.query() follows a change of tables", async () => {
  await withPGlite(async (pglite, prepared) => {
    await pglite.exec("create table t (id int); insert into t values (1)");
    const all = "select * from t";
    const run = async () => (await prepared.query(all, []) ?? await pglite.query(all)).rows;
    assertEquals([await run(), await run()], [[{ id: 1 }], [{ id: 1 }]]);
    const change = "alter table t add column name text default 'new'";
    assertEquals(await prepared.query(change, []), null);
    await pglite.query(change);
    const wide = [{ id: 1, name: "new" }];
    assertEquals([await run(), await run()], [wide, wide]);
    prepared.noteOther("begin; drop table t; create table t (a text); commit");
    await pglite.exec("begin; drop table t; create table t (a text); commit");
    assertEquals([await run(), await run()], [[], []]);
  });
});
