import { assertEquals, assertThrows } from "@std/assert";
import { type Case, testCases } from "./_rule_cases.ts";
import { transformPattern } from "./encode_pattern.ts";

const request = (value: unknown) => ({ requestParameters: { v: value } });
const path = "requestParameters.v";

const cases: Case[] = [
  {
    says: "contains finds the value anywhere",
    rule: "userAgent|contains: Boto",
    match: [{ userAgent: "boto" }, { userAgent: "x boto3 y" }],
    differ: [{ userAgent: "bo to" }, {}],
  },
  {
    says: "contains: '*' matches every value but null",
    rule: "errorCode|contains: '*'",
    match: [{ errorCode: "x" }, { errorCode: "" }, { errorCode: 1 }, { errorCode: { a: 1 } }],
    differ: [{}, { errorCode: null }, { errorCode: [] }],
  },
  {
    says: "startswith expects the value at the beginning",
    rule: "userAgent|startswith: aws-",
    match: [{ userAgent: "AWS-cli" }, { userAgent: "aws-" }],
    differ: [{ userAgent: "x aws-" }],
  },
  {
    says: "endswith expects the value at the end",
    rule: "userAgent|endswith: /1.0",
    match: [{ userAgent: "cli/1.0" }, { userAgent: "/1.0" }],
    differ: [{ userAgent: "cli/1.0 " }],
  },
  {
    says: "endswith keeps wildcards inside the value",
    rule: "userAgent|endswith: 'v?.*z'",
    match: [{ userAgent: "cli v1.xyz" }],
    differ: [{ userAgent: "cli v.xyz" }],
  },
  {
    says: "all joins the values by and, each in any element of a list",
    rule: `${path}|contains|all:\n  - one\n  - two`,
    match: [request("two one"), request(["one", "two"])],
    differ: [request("one"), request(["one", "one"])],
  },
  {
    says: "all works without another modifier",
    rule: `${path}|all: [a, b]`,
    match: [request(["b", "a"])],
    differ: [request("a"), request(["a"])],
  },
  {
    says: "exists: true asks for a field, be it empty or null",
    rule: `${path}|exists: true`,
    match: [request(null), request(""), request([]), request({}), request(false)],
    differ: [{}, { requestParameters: {} }, { requestParameters: [] }],
  },
  {
    says: "exists: false asks for a field to be absent",
    rule: `${path}|exists: false`,
    match: [{}, { requestParameters: null }, { requestParameters: "text" }],
    differ: [request(null), { requestParameters: [{}, { v: 1 }] }],
  },
  {
    says: "cased compares with regard to case",
    rule: "eventName|cased: [Get*, PutObject]",
    match: [{ eventName: "GetUser" }, { eventName: "PutObject" }],
    differ: [{ eventName: "getUser" }, { eventName: "putobject" }],
  },
  {
    says: "cased goes with contains in either order",
    rule: "userAgent|cased|contains: Bo\nuserIdentity.type|startswith|cased: IAM",
    match: [{ userAgent: "xBoto", userIdentity: { type: "IAMUser" } }],
    differ: [{ userAgent: "xboto", userIdentity: { type: "IAMUser" } }],
  },
  {
    says: "neq asks for a field that differs from every value",
    rule: "awsRegion|neq: [us-east-1, eu-*]",
    match: [{ awsRegion: "ap-south-1" }, {}],
    differ: [{ awsRegion: "US-EAST-1" }, { awsRegion: "eu-west-1" }, {
      awsRegion: ["x", "eu-west-1"],
    }],
  },
  {
    says: "neq works on numbers",
    rule: `${path}|neq: 5`,
    match: [request(6)],
    differ: [request(5), '{"requestParameters":{"v":5.0}}'],
  },
  {
    says: "neq turns contains round",
    rule: "userAgent|contains|neq: boto",
    match: [{ userAgent: "curl" }],
    differ: [{ userAgent: "a boto b" }],
  },
  {
    says: "windash takes dashes and slashes for one another",
    rule: "userAgent|contains|windash: ' -s -p '",
    match: [" -s -p ", " /s /p ", " /s -p ", " \u2013s \u2014p ", " \u2015s /p "]
      .map((userAgent) => ({ userAgent })),
    differ: [{ userAgent: " s p " }, { userAgent: " +s -p " }],
  },
  {
    says: "windash goes before an encoding",
    rule: "userAgent|windash|base64offset|contains: '-enc'",
    match: [{ userAgent: btoa("powershell -enc abc") }, { userAgent: btoa("x /enc") }],
    differ: [{ userAgent: btoa("powershell enc abc") }],
  },
  {
    says: "base64 encodes the value",
    rule: "userAgent|base64: 'foo ü'",
    match: [{ userAgent: "Zm9vIMO8" }],
    differ: [{ userAgent: "foo ü" }, { userAgent: "xZm9vIMO8" }],
  },
  {
    says: "base64offset finds the value at any place in an encoded text",
    rule: "userAgent|base64offset|contains: 'http://'",
    match: ["", "x", "xy", "xyz"].map((start) => ({ userAgent: btoa(`${start}http://host`) })),
    differ: [{ userAgent: btoa("https://host") }, { userAgent: "http://" }],
  },
  {
    says: "utf16le and wide encode with the low byte first",
    rule: "- userAgent|utf16le|base64: cmd\n- userAgent|wide|base64offset|contains: ping",
    match: [{ userAgent: "YwBtAGQA" }, { userAgent: btoa("xp\0i\0n\0g\0x") }],
    differ: [{ userAgent: btoa("cmd") }, { userAgent: btoa("ping") }],
  },
  {
    says: "utf16be encodes with the high byte first",
    rule: "userAgent|utf16be|base64: cmd",
    match: [{ userAgent: btoa("\0c\0m\0d") }],
    differ: [{ userAgent: btoa("c\0m\0d\0") }],
  },
  {
    says: "utf16 puts a byte order mark before",
    rule: "userAgent|utf16|base64: cmd",
    match: [{ userAgent: btoa("\xff\xfec\0m\0d\0") }],
    differ: [{ userAgent: btoa("c\0m\0d\0") }],
  },
  {
    says: "wide alone compares characters for bytes",
    rule: "userAgent|wide|contains: cmd",
    match: [{ userAgent: "xc\0m\0d\0x" }],
    differ: [{ userAgent: "cmd" }],
  },
  {
    says: "re searches the field with regard to case",
    rule: "userIdentity.arn|re: '.+:assumed-role/aws:.+'",
    match: [{ userIdentity: { arn: "arn:aws:sts::1:assumed-role/aws:ec2/i-1" } }],
    differ: [{ userIdentity: { arn: "arn:aws:sts::1:Assumed-Role/aws:ec2/i-1" } }, {}],
  },
  {
    says: "re takes backslashes as the expression's own",
    rule: String.raw`userAgent|re: '^\d+\.\d+\*$'`,
    match: [{ userAgent: "1.23*" }],
    differ: [{ userAgent: "1x23*" }],
  },
  {
    says: "re searches numbers and objects by their text",
    rule: `${path}|re: '^(\\{"a":1\\}|2\\d)$'`,
    match: [request({ a: 1 }), request(22)],
    differ: [request({ a: 2 }), request(32), request(null)],
  },
  {
    says: "re|i matches without regard to case",
    rule: "userAgent|re|i: '^k[a-z]li'",
    match: [{ userAgent: "KALI linux" }, { userAgent: "\u212aali" }],
    differ: [{ userAgent: "a kali" }],
  },
  {
    says: "re|m lets ^ and $ match at lines, re without it does not",
    rule: "- userAgent|re|m: '^two$'\n- errorMessage|re: '^two$'",
    match: [{ userAgent: "one\ntwo\nthree" }, { errorMessage: "two" }],
    differ: [{ userAgent: "one\nxtwo" }, { errorMessage: "one\ntwo\nthree" }],
  },
  {
    says: "re|s lets the dot match a newline, re without it does not",
    rule: "- userAgent|re|s: 'a.b'\n- errorMessage|re: 'a.b'",
    match: [{ userAgent: "a\nb" }, { errorMessage: "a b" }],
    differ: [{ errorMessage: "a\nb" }],
  },
];

testCases("Sigma modifiers", cases);

Deno.test("transformPattern() applies modifiers in the order written", () => {
  assertEquals(transformPattern(["cmd"], ["base64", "contains"]), [[0, "Y21k", 0]]);
  assertThrows(
    () => transformPattern(["cmd"], ["contains", "base64"]),
    SyntaxError,
    "the value holds wildcards",
  );
});

Deno.test("transformPattern() refuses what an encoding would multiply without bound", () => {
  assertThrows(
    () => transformPattern(["-a-b-c-d-e"], ["windash", "base64"]),
    SyntaxError,
    "combinations",
  );
  assertEquals(transformPattern(["-a-b-c-d"], ["windash", "base64"]).length, 625);
});
