/** Commits shard after shard and says so, one line each, until it is killed. Arguments: the database's URL, the first index. */
import { openStore } from "../../store/mod.ts";
import { commitOf, enqueueAndTake, refsOf } from "./_samples.ts";

await using store = await openStore({ url: Deno.args[0] });
console.log("ready");
for (let i = Number(Deno.args[1]);; i++) {
  const shard = await enqueueAndTake(store, refsOf(20, { from: i * 20 }));
  await store.commitShard(shard, commitOf(shard, i));
  console.log(i);
}
