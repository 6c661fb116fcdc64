import { assertEquals } from "@std/assert";
import { accountOfPrincipal, outsidersOf } from "./outsiders.ts";
import { statementsOf } from "./policy.ts";

const OWN = "111122223333";
const outsiders = (principal: unknown, more: Record<string, unknown> = {}, own?: string) =>
  outsidersOf(
    statementsOf({ Statement: { Effect: "Allow", Principal: principal, ...more } }),
    own ?? OWN,
  );

Deno.test("outsidersOf() names other accounts, written either way, once and in order", () => {
  const principals = ["777788889999", "arn:aws:iam::444455556666:root", "444455556666", OWN];
  assertEquals(outsiders({ AWS: principals }), ["444455556666", "777788889999"]);
});

Deno.test("outsidersOf() names everyone unless a condition holds strangers off", () => {
  assertEquals(outsiders("*"), ["everyone"]);
  assertEquals(outsiders({ AWS: "*" }), ["everyone"]);
  const condition = { StringEquals: { "aws:PrincipalOrgID": "o-exampleorg1" } };
  assertEquals(outsiders("*", { Condition: condition }), []);
});

Deno.test("outsidersOf() does not name the own account, services or what is denied", () => {
  assertEquals(outsiders({ AWS: `arn:aws:iam::${OWN}:root` }), []);
  assertEquals(outsiders({ Service: "ec2.amazonaws.com" }), []);
  assertEquals(outsiders({ AWS: "444455556666" }, { Effect: "Deny" }), []);
  assertEquals(outsiders({ AWS: "AIDAIOSFODNN7EXAMPLE" }), []);
  assertEquals(outsiders({ AWS: null }), []);
});

Deno.test("outsidersOf() tells nobody but everyone where the own account is unknown", () => {
  const statements = statementsOf({
    Statement: { Effect: "Allow", Principal: { AWS: ["444455556666", "*"] } },
  });
  assertEquals(outsidersOf(statements, undefined), ["everyone"]);
});

Deno.test("accountOfPrincipal() knows no account in anything else", () => {
  for (const text of ["", "*", "arn:", "arn:aws:iam::*:root", "arn:aws:s3:::bucket", "1234"]) {
    assertEquals(accountOfPrincipal(text), undefined);
  }
});
