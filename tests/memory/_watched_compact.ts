/** The isolate of workers/compact_isolate.ts, which also tells what it holds. */
import "../../workers/compact_isolate.ts";
import { tellFromIsolate } from "./_tell_from_isolate.ts";

tellFromIsolate("compact");
