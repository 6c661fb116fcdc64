import { assertEquals } from "@std/assert";
import { parseTarget } from "./post_target.ts";

Deno.test("parseTarget() moves a name and password into a header", () => {
  assertEquals(parseTarget("https://me:p%40ss@hooks.example/a?b"), {
    url: "https://hooks.example/a?b",
    headers: { authorization: `Basic ${btoa("me:p@ss")}` },
  });
  assertEquals(parseTarget("http://127.0.0.1:8080/hook"), {
    url: "http://127.0.0.1:8080/hook",
    headers: {},
  });
  assertEquals(parseTarget("http://100%:x@h.example/")?.headers, {
    authorization: `Basic ${btoa("100%:x")}`,
  });
});

Deno.test("parseTarget() takes no other scheme and no text", () => {
  for (const text of ["ftp://h.example/", "file:///tmp/x", "hooks.example", "", "data:,x"]) {
    assertEquals(parseTarget(text), null, text);
  }
});
