import { assertEquals } from "@std/assert";
import { isWorldCidr } from "./network.ts";

Deno.test("isWorldCidr() holds for blocks wider than /8 or /32", () => {
  const wide = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.0.0.0/7", "::/0", "2000::/3", "::/31"];
  assertEquals(wide.filter((cidr) => !isWorldCidr(cidr)), []);
});

Deno.test("isWorldCidr() does not hold for narrower blocks or what is no block", () => {
  const narrow = [
    "10.0.0.0/8",
    "203.0.113.7/32",
    "2001:db8::/32",
    "0.0.0.0",
    "/",
    "any/0x0",
    "",
    "1/",
  ];
  assertEquals(narrow.filter(isWorldCidr), []);
});
