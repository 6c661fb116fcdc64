import { assertEquals } from "@std/assert";
import { retryAfterMs } from "./retry_after.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

Deno.test("retryAfterMs() reads seconds and HTTP dates", () => {
  assertEquals(retryAfterMs("30", NOW), 30_000);
  assertEquals(retryAfterMs(" 0 ", NOW), 0);
  assertEquals(retryAfterMs("Sat, 21 Nov 2026 12:01:30 GMT", NOW), 90_000);
});

Deno.test("retryAfterMs() takes a date gone by as now and nothing as longer than a day", () => {
  assertEquals(retryAfterMs("Sat, 21 Nov 2026 11:00:00 GMT", NOW), 0);
  assertEquals(retryAfterMs("99999999999999999999", NOW), 86_400_000);
  assertEquals(retryAfterMs("Sat, 21 Nov 2036 12:00:00 GMT", NOW), 86_400_000);
});

Deno.test("retryAfterMs() knows nothing of an absent or unreadable header", () => {
  for (const header of [null, "", "soon", "-x", "1.5.2"]) {
    assertEquals(retryAfterMs(header, NOW), undefined, `header ${header}`);
  }
});
