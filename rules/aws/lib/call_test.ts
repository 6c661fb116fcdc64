import { assertEquals } from "@std/assert";
import { accountOf, succeeded } from "./call.ts";

const viewOf = (values: Record<string, unknown>) => ({ get: (path: string) => values[path] });

Deno.test("succeeded() holds where neither an error code nor a message stands", () => {
  for (const values of [{}, { errorCode: null }, { errorCode: "", errorMessage: "" }]) {
    assertEquals(succeeded(viewOf(values)), true);
  }
});

Deno.test("succeeded() does not hold for a code, a message alone, or a code of any shape", () => {
  for (
    const values of [{ errorCode: "AccessDenied" }, { errorMessage: "No" }, { errorCode: 403 }]
  ) {
    assertEquals(succeeded(viewOf(values)), false);
  }
});

Deno.test("accountOf() takes the trail's account before the caller's", () => {
  const caller = { "userIdentity.accountId": "444455556666" };
  assertEquals(
    accountOf(viewOf({ recipientAccountId: "111122223333", ...caller })),
    "111122223333",
  );
  assertEquals(accountOf(viewOf(caller)), "444455556666");
  assertEquals(accountOf(viewOf({ recipientAccountId: {} })), undefined);
});
