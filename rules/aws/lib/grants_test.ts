import { assertEquals } from "@std/assert";
import { grantsAdministration } from "./grants.ts";
import { statementsOf } from "./policy.ts";

const grants = (parts: Record<string, unknown>) =>
  statementsOf({ Statement: { Effect: "Allow", ...parts } }).some(grantsAdministration);

Deno.test("grantsAdministration() holds for everything and for all of IAM", () => {
  for (const action of ["*", "**", "*:*", "iam:*", "IAM:*", ["s3:GetObject", "*"]]) {
    assertEquals(grants({ Action: action, Resource: "*" }), true, String(action));
  }
  assertEquals(grants({ NotAction: "s3:*", Resource: ["*"] }), true);
  assertEquals(grants({ Action: "*", NotResource: "arn:aws:s3:::example-ledger" }), true);
  assertEquals(grants({ Action: "iam:*", Resource: "arn:aws:iam::*" }), true);
  assertEquals(
    grants({
      Action: "*",
      Resource: "*",
      Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
    }),
    true,
  );
});

Deno.test("grantsAdministration() does not hold for less", () => {
  assertEquals(grants({ Effect: "Deny", Action: "*", Resource: "*" }), false);
  assertEquals(grants({ Action: "*" }), false);
  assertEquals(grants({ Action: "*", Resource: "arn:aws:s3:::example-ledger/*" }), false);
  assertEquals(grants({ Action: ["s3:*", "iam:Get*"], Resource: "*" }), false);
  assertEquals(grants({ NotAction: ["iam:*", "organizations:*"], Resource: "*" }), false);
  assertEquals(grants({ NotAction: "*", Resource: "*" }), false);
});
