import { assertEquals } from "@std/assert";
import { statementsOf } from "./policy.ts";

const DOCUMENT = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "S3:GetObject", Resource: ["a", "b"] },
};

Deno.test("statementsOf() reads an object, its text and its URL encoding alike", () => {
  const text = JSON.stringify(DOCUMENT);
  for (const document of [DOCUMENT, text, encodeURIComponent(text)]) {
    const [statement, ...others] = statementsOf(document);
    assertEquals(others, []);
    assertEquals(statement.allows, true);
    assertEquals(statement.actions, ["s3:getobject"]);
    assertEquals(statement.resources, ["a", "b"]);
    assertEquals(statement.notActions, undefined);
  }
});

Deno.test("statementsOf() finds elements in any case", () => {
  const [statement] = statementsOf('{"statement":[{"effect":"ALLOW","notaction":"iam:*"}]}');
  assertEquals(statement.allows, true);
  assertEquals(statement.notActions, ["iam:*"]);
});

Deno.test("statementsOf() yields nothing for what is no policy", () => {
  const documents = [undefined, null, 5, "", "no JSON", "%E0%A4%A", "[]", '"x"', {}, {
    Statement: [1],
  }];
  for (const document of documents) assertEquals(statementsOf(document), []);
});

Deno.test("statementsOf() keeps a plus sign of plain JSON", () => {
  assertEquals(statementsOf('{"Statement":{"Action":"a+b"}}')[0].actions, ["a+b"]);
});
