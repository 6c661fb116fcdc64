import { assertEquals } from "@std/assert";
import { opensToEveryone } from "./exposure.ts";
import { statementsOf } from "./policy.ts";

const open = (parts: Record<string, unknown>) =>
  statementsOf({
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...parts }],
  })
    .some(opensToEveryone);
const openUnder = (condition: unknown) => open({ Principal: "*", Condition: condition });

Deno.test("opensToEveryone() knows each way to name everyone", () => {
  const everyone = ["*", ["*"], { AWS: "*" }, { AWS: ["arn:aws:iam::111122223333:root", "*"] }];
  for (const principal of everyone) assertEquals(open({ Principal: principal }), true);
  assertEquals(open({ NotPrincipal: { AWS: "111122223333" } }), true);
});

Deno.test("opensToEveryone() does not take a named or a missing principal for everyone", () => {
  const named = [{ AWS: "arn:aws:iam::111122223333:role/*" }, { Service: "*" }, {}, null, "x", [
    {},
  ]];
  for (const principal of named) assertEquals(open({ Principal: principal }), false);
  assertEquals(open({}), false);
  assertEquals(open({ Principal: "*", Effect: "Deny" }), false);
});

Deno.test("opensToEveryone() is held off by conditions on who or whence", () => {
  const narrowing = [
    { StringEquals: { "aws:PrincipalOrgID": "o-exampleorg1" } },
    { StringLike: { "AWS:PRINCIPALARN": "arn:aws:iam::111122223333:role/*" } },
    { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:111122223333:*" } },
    { IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "2001:db8::/48"] } },
    { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-exampleorg1/*" } },
    { StringLike: { "aws:userId": "AROAIOSFODNN7EXAMPLE:*" } },
    {
      Bool: { "aws:SecureTransport": "true" },
      StringEquals: { "aws:SourceVpce": "vpce-1a2b3c4d" },
    },
  ];
  for (const condition of narrowing) {
    assertEquals(openUnder(condition), false, JSON.stringify(condition));
  }
});

Deno.test("opensToEveryone() is not held off by conditions that anyone can meet", () => {
  const empty = [
    { Bool: { "aws:SecureTransport": "true" } },
    { StringLike: { "aws:UserAgent": "secret" } },
    { StringLike: { "aws:PrincipalArn": "*" } },
    { StringLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/reader" } },
    { StringNotEquals: { "aws:SourceVpc": "vpc-1a2b3c4d" } },
    { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-exampleorg1" } },
    { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-exampleorg1" } },
    { NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } },
    { IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"] } },
    { StringEquals: { "aws:SourceVpc": [] } },
    { StringEquals: "aws:SourceVpc" },
  ];
  for (const condition of empty) {
    assertEquals(openUnder(condition), true, JSON.stringify(condition));
  }
});
