/** The isolate of workers/shard_isolate.ts, which also tells what it holds. */
import "../../workers/shard_isolate.ts";
import { tellFromIsolate } from "./_tell_from_isolate.ts";

tellFromIsolate("shard");
