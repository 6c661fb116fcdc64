import { assert } from "@std/assert";
import { Outage } from "./outage.ts";

Deno.test("isTooLong() counts from the first failure since the last success", () => {
  const endless = new Outage(60_000);
  assert(endless.ms === null);
  assert(!endless.isTooLong());
  assert(endless.ms !== null);
  assert(!endless.isTooLong());
  const short = new Outage(0);
  assert(short.isTooLong());
  short.end();
  assert(short.isTooLong());
});
