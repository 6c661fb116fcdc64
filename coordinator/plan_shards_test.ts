import { assertEquals } from "@std/assert";
import { ShardPlanner } from "./plan_shards.ts";

const MB = 1024 * 1024;

function ref(account: string, minute: string, size = 10) {
  return {
    key: `AWSLogs/${account}/${account}_CloudTrail_us-east-1_${minute}Z_abc.json.gz`,
    etag: "e",
    size,
  };
}

function minutesOf(shards: readonly { readonly key: string }[][]): string[][] {
  return shards.map((shard) => shard.map(({ key }) => /\d{8}T\d{4}/.exec(key)![0].slice(-4)));
}

Deno.test("ShardPlanner packs refs of the same time together", () => {
  const planner = new ShardPlanner({ objectsMax: 2 });
  const refs = ["1", "2"].flatMap((account) =>
    ["0000", "0005"].map((minute) => ref(account, `20261120T${minute}`))
  );
  assertEquals(planner.add(refs), []);
  assertEquals(minutesOf(planner.take()), [["0000", "0000"], ["0005", "0005"]]);
  assertEquals(planner.take(), []);
});

Deno.test("ShardPlanner bounds objects, bytes and what waits", () => {
  const planner = new ShardPlanner({ objectsMax: 3, bytesMax: 25, sortedRefsMax: 4 });
  assertEquals(planner.add([ref("1", "20261120T0000"), ref("2", "20261120T0000", 30)]), []);
  const shards = planner.add([ref("3", "20261120T0000"), ref("4", "20261120T0000")]);
  assertEquals(shards.map((shard) => shard.map(({ size }) => size)), [[10], [30], [10, 10]]);
});

Deno.test("ShardPlanner keeps refs that tell no time in the order of their keys", () => {
  const planner = new ShardPlanner({ objectsMax: 9 });
  const refs = ["a.json", "b.json.gz", "c.txt"].map((key) => ({ key, etag: "e", size: 1 }));
  assertEquals([...planner.add(refs), ...planner.take()], [refs]);
});

Deno.test("ShardPlanner gives workers a share each of few refs, and whole shards of very many tiny ones", () => {
  const sizesOf = (count: number, size: number) => {
    const planner = new ShardPlanner({ objectsMax: 4, workers: 2, bytesMax: 16 * MB });
    planner.add(Array.from({ length: count }, () => ref("1", "20261120T0000", size)));
    return planner.take().map((shard) => shard.length);
  };
  assertEquals(sizesOf(5, 10), [2, 2, 1]);
  assertEquals(sizesOf(63, 10).slice(0, 2), [2, 2]);
  assertEquals(sizesOf(64, 10).slice(0, 2), [4, 4]);
  assertEquals(sizesOf(64, 1.5 * MB).slice(0, 2), [2, 2]);
  assertEquals(sizesOf(64, 9 * MB).slice(0, 2), [1, 1]);
});
