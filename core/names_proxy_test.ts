import { assertEquals } from "@std/assert";
import { namesProxy } from "./names_proxy.ts";

Deno.test("namesProxy() knows the names that fetch heeds, in both cases", () => {
  const named = ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"].map((name) =>
    namesProxy({ [name]: "x" })
  );
  assertEquals(named, [true, true, true]);
  assertEquals(namesProxy({ HTTPS_PROXY: "", NO_PROXY: "*", PATH: "/bin" }), false);
});
