/** Compaction beside a replica that stalls, and with a file of the lake that somebody damaged or removed. */
import { assert, assertEquals } from "@std/assert";
import { sql } from "kysely";
import { Compactor } from "../../coordinator/compact_hours.ts";
import { findLakeFiles } from "../../coordinator/find_lake_files.ts";
import { RunReport } from "../../coordinator/mod.ts";
import { lakeFilePath, type LakeFormat, partPath } from "../../core/lake_paths.ts";
import { HOUR_MS } from "../../core/hours.ts";
import { type LakeStore, openLake } from "../../objects/mod.ts";
import { decodeJsonl, EVENT_COLUMNS, readTable } from "../../parquet/mod.ts";
import { writeRows } from "../../parquet/testing.ts";
import { openStore, type Store } from "../../store/mod.ts";
import { databaseOf, startTestDatabases } from "../store/_databases.ts";
import { commitOne } from "../store/_samples.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

const DAY = Date.UTC(2026, 10, 20);
const HOUR = DAY + 6 * HOUR_MS;
const signal = new AbortController().signal;
const always = { condition: { kind: "always" } } as const;

/** A lake in a folder and its database, with parts that a test adds. */
class World implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly store: Store;
  readonly lake: LakeStore;
  readonly format: LakeFormat;
  readonly cadence: "hourly" | "daily";

  private constructor(
    stack: AsyncDisposableStack,
    parts: Pick<World, "store" | "lake" | "format" | "cadence">,
  ) {
    this.#stack = stack;
    this.store = parts.store;
    this.lake = parts.lake;
    this.format = parts.format;
    this.cadence = parts.cadence;
  }

  static async open(format: LakeFormat, cadence: "hourly" | "daily"): Promise<World> {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const store = stack.use(await openStore({ url: await databases.kinds[0].create() }));
    const lake = await openLake(`file://${folder}/`, {
      env: {},
      requests: { list: 0, get: 0, put: 0 },
    });
    stack.defer(() => lake.close());
    await store.bindLake({ url: lake.url, format, cadence });
    return new World(stack.move(), { store, lake, format, cadence });
  }

  /** A compactor as another replica has it, on the lake as that one sees it. */
  compactor(lake: LakeStore = this.lake, report = new RunReport()): Compactor {
    const { store, format } = this;
    return new Compactor({ store, lake, format, conditionalWrites: true, report });
  }

  /** Commits one event of an hour, as a part. */
  async addEvent(id: string, hourMs = HOUR, part = id): Promise<void> {
    const path = partPath(part);
    const rows = writeRows([{ event_time: hourMs, event_id: id }]);
    const etag = await this.lake.put(path, rows, always);
    const hours = [{ hourMs, rowStart: 0, rowCount: 1 }];
    await commitOne(this.store, part, { parts: [{ path, bytes: rows.length, etag, hours }] });
  }

  /** Commits a part with one event of each of some hours. @returns its path */
  async addPart(name: string, hoursMs: readonly number[]): Promise<string> {
    const path = partPath(name);
    const rows = writeRows(hoursMs.map((hourMs) => ({ event_time: hourMs, event_id: name })));
    const etag = await this.lake.put(path, rows, always);
    const hours = hoursMs.map((hourMs, rowStart) => ({ hourMs, rowStart, rowCount: 1 }));
    await commitOne(this.store, name, { parts: [{ path, bytes: rows.length, etag, hours }] });
    return path;
  }

  eventsPath(startMs = HOUR, index = 0): string {
    const period = this.cadence === "daily" ? "day" as const : "hour" as const;
    return lakeFilePath({ dataset: "events", format: this.format, period, startMs, index });
  }

  /** Event ids of a file. */
  async ids(path: string): Promise<unknown[]> {
    const { bytes } = (await this.lake.get(path))!;
    const table = this.format === "jsonl" ? await decodeJsonl(bytes, EVENT_COLUMNS) : bytes;
    return (await readTable(table, { columns: ["event_id"] })).values[0];
  }

  /** Lets every claim lapse, as if its holder had died. */
  async endClaims(): Promise<void> {
    for (const table of ["hours", "lake_days"]) {
      await sql`update ${sql.table(table)} set claimed_until = '-infinity'`
        .execute(databaseOf(this.store).db);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** The lake of a replica that stops before its first call of a method for a path until it is let go on. */
function stallingAt(lake: LakeStore, method: "put" | "delete", prefix: string) {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const stalling = new Proxy(lake, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (name !== method) return typeof member === "function" ? member.bind(target) : member;
      return async (...args: unknown[]) => {
        if (String(args[0]).startsWith(prefix)) {
          reached.resolve();
          await goOn.promise;
        }
        return await member.apply(target, args);
      };
    },
  });
  return { lake: stalling, reached: reached.promise, goOn: () => goOn.resolve() };
}

for (const [format, cadence] of [["parquet", "hourly"], ["jsonl", "daily"]] as const) {
  Deno.test(`a lake to which a database comes back keeps its rows (${format}, ${cadence})`, async () => {
    await using world = await World.open(format, cadence);
    const { store, lake } = world;
    const [path, damaged] = [0, 48].map((hours) =>
      world.eventsPath((cadence === "daily" ? DAY : HOUR) + hours * HOUR_MS)
    );
    using compactor = world.compactor();
    await world.addEvent("a");
    await world.addEvent("b");
    assert(await compactor.compactDue({ all: true, signal }));
    await lake.put(damaged, new Uint8Array([1]), always);
    await store.bindLake({ url: "file:///other/", format, cadence }, { rebind: true });

    const found = await findLakeFiles(lake, format);
    assertEquals(found.map(({ rows }) => rows), [2, 0]);
    assertEquals(await findLakeFiles(lake, format === "jsonl" ? "parquet" : "jsonl"), []);
    const other = cadence === "daily" ? "hourly" : "daily";
    await store.bindLake({ url: lake.url, format, cadence: other }, { rebind: true, found });
    await world.addEvent("a", HOUR, "a2");
    await world.addEvent("c");
    const report = new RunReport();
    using again = new Compactor({ store, lake, format, conditionalWrites: true, report });
    assert(await again.compactDue({ all: true, signal }));
    assertEquals((await world.ids(path)).toSorted(), ["a", "b", "c"]);
    const files = await Array.fromAsync(
      lake.list("events/"),
      (page) => page.map(({ path }) => path),
    );
    assertEquals(files.flat().sort(), [path, damaged].sort());
    assertEquals([report.events.added, report.events.duplicates], [1, 1]);
  });
}

for (const [format, cadence] of [["parquet", "hourly"], ["jsonl", "daily"]] as const) {
  Deno.test(`Compactor that stalls cannot put back an older file (${format}, ${cadence})`, async () => {
    await using world = await World.open(format, cadence);
    const path = world.eventsPath(cadence === "daily" ? DAY : HOUR);
    using heir = world.compactor();
    await world.addEvent("a");
    assert(await heir.compactDue({ all: true, signal }));
    await world.addEvent("b");

    const stalled = stallingAt(world.lake, "put", "events/");
    using victim = world.compactor(stalled.lake);
    const woken = victim.compactDue({ all: true, signal });
    await stalled.reached;
    await world.endClaims();
    await world.addEvent("c");
    assert(await heir.compactDue({ all: true, signal }));
    const written = await world.lake.get(path);
    assertEquals((await world.ids(path)).toSorted(), ["a", "b", "c"]);

    stalled.goOn();
    assertEquals(await woken, false);
    assertEquals(await world.lake.get(path), written);
    assertEquals(await world.store.openHours(), 0);
  });
}

Deno.test("Compactor that stalls behind its commit removes no file that another wrote meanwhile", async () => {
  await using world = await World.open("parquet", "hourly");
  const second = world.eventsPath(HOUR, 1);
  // What an attempt left that died.
  const leftover = await world.lake.put(
    second,
    writeRows([{ event_time: HOUR, event_id: "x" }]),
    always,
  );
  await world.addEvent("a");
  const stalled = stallingAt(world.lake, "delete", "events/");
  using victim = world.compactor(stalled.lake);
  const woken = victim.compactDue({ all: true, signal });
  await stalled.reached;
  const rows = writeRows([{ event_time: HOUR, event_id: "b" }]);
  await world.lake.put(second, rows, { condition: { kind: "replace", etag: leftover } });
  stalled.goOn();
  assert(await woken);
  assertEquals(await world.ids(second), ["b"]);
});

for (const [damage, isolates] of [["damaged", 2], ["removed", 1]] as const) {
  Deno.test(`Compactor compacts every hour but the one whose file was ${damage}, with ${isolates} at work`, async () => {
    await using world = await World.open("parquet", "hourly");
    using compactor = world.compactor();
    await world.addEvent("a");
    await world.addEvent("b", HOUR + HOUR_MS);
    assert(await compactor.compactDue({ all: true, signal }));
    const path = world.eventsPath();
    const { bytes } = (await world.lake.get(path))!;
    if (damage === "removed") await world.lake.delete(path);
    else await world.lake.put(path, bytes.slice(0, -9), always);

    // More hours than are taken at once, the damaged one first.
    const hours = Array.from({ length: 20 }, (_, i) => HOUR + i * HOUR_MS);
    for (const [i, hourMs] of hours.entries()) await world.addEvent(`late-${i}`, hourMs);
    assertEquals(await compactor.compactDue({ all: true, signal, isolates }), false);
    assertEquals(await world.store.openHours(), 1);
    assertEquals((await world.ids(world.eventsPath(hours[1]))).toSorted(), ["b", "late-1"]);
    for (const [i, hourMs] of hours.entries()) {
      if (i > 1) assertEquals(await world.ids(world.eventsPath(hourMs)), [`late-${i}`]);
    }

    await world.lake.put(path, bytes, always);
    assert(await compactor.compactDue({ all: true, signal }));
    assertEquals((await world.ids(path)).toSorted(), ["a", "late-0"]);
  });
}

Deno.test("Compactor sets a damaged part aside once, though two isolates merge hours of it", async () => {
  await using world = await World.open("parquet", "hourly");
  const report = new RunReport();
  using compactor = world.compactor(world.lake, report);
  // More hours than one of them takes.
  const hours = Array.from({ length: 20 }, (_, i) => HOUR + i * HOUR_MS);
  await world.addPart("sound", hours);
  const path = await world.addPart("damaged", hours);
  const { bytes } = (await world.lake.get(path))!;
  await world.lake.put(path, bytes.slice(0, -9), always);
  assert(await compactor.compactDue({ all: true, signal, isolates: 2 }));
  assertEquals(report.damagedParts, 1);
  assertEquals(await world.store.openHours(), 0);
  for (const hourMs of hours) {
    assertEquals(await world.ids(world.eventsPath(hourMs)), ["sound"]);
  }
});
