import { type Case, testCases } from "./_rule_cases.ts";

const cases: Case[] = [
  {
    says: "are compared without regard to case",
    rule: "userAgent: 'Aws-CLI'",
    match: [{ userAgent: "aws-cli" }, { userAgent: "AWS-CLI" }],
    differ: [{ userAgent: "aws-cl" }, { userAgent: "aws-cli " }, {}],
  },
  {
    says: "fold case in every script, one character for one",
    rule: "userAgent: 'ÉCOLE ΟΔΟΣ ЖУК'",
    match: [{ userAgent: "école οδος жук" }, { userAgent: "École οδοσ Жук" }],
    differ: [{ userAgent: "ecole οδος жук" }],
  },
  {
    says: "do not make dotless i equal to i",
    rule: "userAgent: 'i'",
    match: [{ userAgent: "I" }],
    differ: [{ userAgent: "\u0131" }, { userAgent: "\u0130" }],
  },
  {
    says: "let ? stand for exactly one character, also one beyond U+FFFF",
    rule: "userAgent: 'prog?.exe'",
    match: [{ userAgent: "progA.exe" }, { userAgent: "prog\u{1F600}.exe" }],
    differ: [{ userAgent: "prog.exe" }, { userAgent: "progAB.exe" }],
  },
  {
    says: "let * stand for any number of characters, none too",
    rule: "userAgent: 'antivirus_V*.exe'",
    match: [{ userAgent: "antivirus_V1.exe" }, { userAgent: "antivirus_V21.2.1.exe" }, {
      userAgent: "antivirus_V.exe",
    }, { userAgent: "antivirus_V\n.exe" }],
    differ: [{ userAgent: "antivirus_V1.ex" }, { userAgent: "xantivirus_V1.exe" }],
  },
  {
    says: "may hold several wildcards",
    rule: "userAgent: '*a?c*e?'",
    match: [{ userAgent: "abcdef" }, { userAgent: "xxabcabcex" }],
    differ: [{ userAgent: "ace" }, { userAgent: "abce" }],
  },
  {
    says: "do not let two parts of a pattern share characters",
    rule: "userAgent: 'aba*aba'",
    match: [{ userAgent: "abaaba" }, { userAgent: "abaXaba" }],
    differ: [{ userAgent: "ababa" }, { userAgent: "aba" }],
  },
  {
    says: "take a single backslash as it is",
    rule: String.raw`userAgent: 'C:\Windows\cmd'`,
    match: [{ userAgent: String.raw`c:\windows\cmd` }],
    differ: [{ userAgent: String.raw`c:\\windows\\cmd` }],
  },
  {
    says: "take a double backslash as one",
    rule: String.raw`userAgent: 'C:\\Windows'`,
    match: [{ userAgent: String.raw`C:\Windows` }],
    differ: [{ userAgent: String.raw`C:\\Windows` }],
  },
  {
    says: "take a wildcard behind a backslash as plain",
    rule: String.raw`userAgent: 'a\*b\?c'`,
    match: [{ userAgent: "a*b?c" }],
    differ: [{ userAgent: "axbxc" }, { userAgent: String.raw`a\*b\?c` }],
  },
  {
    says: "take two backslashes before a wildcard as a backslash and the wildcard",
    rule: String.raw`userAgent: 'a\\*'`,
    match: [{ userAgent: "a\\" }, { userAgent: "a\\bc" }],
    differ: [{ userAgent: "a*" }, { userAgent: "abc" }],
  },
  {
    says: "take three backslashes before a wildcard as a backslash and a plain character",
    rule: String.raw`userAgent: 'a\\\*'`,
    match: [{ userAgent: String.raw`a\*` }],
    differ: [{ userAgent: String.raw`a\b` }, { userAgent: "a*" }],
  },
  {
    says: "take three or four backslashes as two",
    rule: String.raw`userAgent: ['a\\\b', 'c\\\\d']`,
    match: [{ userAgent: String.raw`a\\b` }, { userAgent: String.raw`c\\d` }],
    differ: [{ userAgent: String.raw`a\b` }, { userAgent: String.raw`c\\\d` }],
  },
  {
    says: "in a list are joined by or",
    rule: "eventName:\n  - StopLogging\n  - Delete*",
    match: [{ eventName: "stoplogging" }, { eventName: "DeleteTrail" }],
    differ: [{ eventName: "StartLogging" }, {}],
  },
  {
    says: "of a map are joined by and",
    rule: "eventName: CreateUser\nawsRegion: eu-west-1",
    match: [{ eventName: "CreateUser", awsRegion: "eu-west-1" }],
    differ: [{ eventName: "CreateUser" }, { eventName: "CreateUser", awsRegion: "eu-west-2" }],
  },
  {
    says: "of a list of maps are joined by or",
    rule: "- eventName|endswith: User\n- awsRegion|contains: west\n  readOnly: true",
    match: [{ eventName: "CreateUser" }, { awsRegion: "us-west-2", readOnly: true }],
    differ: [{ eventName: "CreateRole", awsRegion: "us-west-2" }],
  },
  {
    says: "that are empty match an empty text alone",
    rule: "errorMessage: ''",
    match: [{ errorMessage: "" }],
    differ: [{ errorMessage: " " }, { errorMessage: null }, { errorMessage: [] }, {}],
  },
  {
    says: "that are null match null and an absent field",
    rule: "errorCode: null",
    match: [{ errorCode: null }, {}, { errorCode: ["x", null] }],
    differ: [{ errorCode: "" }, { errorCode: "null" }, { errorCode: 0 }, { errorCode: [] }],
  },
  {
    says: "that are null match below a value that is no object",
    rule: "requestParameters.a.b: null",
    match: [{ requestParameters: null }, { requestParameters: { a: "x" } }, {}],
    differ: [{ requestParameters: { a: { b: 1 } } }],
  },
  {
    says: "other than null never match null",
    rule: "errorCode: ['*', 'null']",
    match: [{ errorCode: "null" }, { errorCode: "" }],
    differ: [{ errorCode: null }, {}],
  },
  {
    says: "that are numbers in quotes match the number as the source writes it",
    rule: "requestParameters.port: '22'",
    match: [{ requestParameters: { port: 22 } }, { requestParameters: { port: "22" } }],
    differ: ['{"requestParameters":{"port":22.0}}', { requestParameters: { port: 221 } }],
  },
  {
    says: "that are numbers match equal numbers in any spelling, and their own text",
    rule: "requestParameters.port: 22",
    match: [
      { requestParameters: { port: 22 } },
      '{"requestParameters":{"port":22.0}}',
      '{"requestParameters":{"port":2.2e1}}',
      { requestParameters: { port: "22" } },
    ],
    differ: [{ requestParameters: { port: "22.0" } }, { requestParameters: { port: 23 } }],
  },
  {
    says: "keep the text of numbers that YAML would change",
    rule: "- eventVersion: 1.10\n- recipientAccountId: 012345678901\n- requestParameters.n: 0x10",
    match: [{ eventVersion: "1.10" }, { recipientAccountId: "012345678901" }, {
      requestParameters: { n: 16 },
    }],
    differ: [{ eventVersion: "1.1" }, { recipientAccountId: "12345678901" }],
  },
  {
    says: "compare integers beyond 2^53 exactly",
    rule: "requestParameters.n: 9007199254740993",
    match: ['{"requestParameters":{"n":9007199254740993}}'],
    differ: ['{"requestParameters":{"n":9007199254740992}}'],
  },
  {
    says: "match numbers by their text with wildcards",
    rule: "requestParameters.n: '*.0'",
    match: ['{"requestParameters":{"n":0.0}}', '{"requestParameters":{"n":1234.0}}'],
    differ: ['{"requestParameters":{"n":0}}'],
  },
  {
    says: "that are true or false match the boolean and the text",
    rule: "readOnly: true",
    match: [{ readOnly: true }, { readOnly: "true" }, { readOnly: "True" }],
    differ: [{ readOnly: false }, { readOnly: 1 }, {}],
  },
  {
    says: "match any element of a list, at the end of the path or on it",
    rule: "requestParameters.items.cidrs: 0.0.0.0/0",
    match: [
      { requestParameters: { items: { cidrs: ["10.0.0.0/8", "0.0.0.0/0"] } } },
      { requestParameters: { items: [{ cidrs: "x" }, { cidrs: "0.0.0.0/0" }] } },
      { requestParameters: [[{ items: [[{ cidrs: [["0.0.0.0/0"]] }]] }]] },
    ],
    differ: [
      { requestParameters: { items: { cidrs: ["10.0.0.0/8"] } } },
      { requestParameters: { items: [] } },
    ],
  },
  {
    says: "never match a list as a whole",
    rule: "requestParameters.items|contains: 'a,b'",
    match: [{ requestParameters: { items: ["xa,bx"] } }],
    differ: [{ requestParameters: { items: ["a", "b"] } }],
  },
  {
    says: "match an object's JSON text without white space",
    rule: `requestParameters|contains: '"a":{"b":[1.0,"x y"]}'`,
    match: ['{"requestParameters": {"z" : 1, "a" : {"b" : [1.0, "x y"]}}}'],
    differ: ['{"requestParameters": {"a":{"b":[1,"x y"]}}}', { requestParameters: null }],
  },
  {
    says: "match an object that is an element of a list",
    rule: `resources|contains: '"type":"AWS::S3::Bucket"'`,
    match: [{ resources: [{ ARN: "a" }, { type: "AWS::S3::Bucket", ARN: "b" }] }],
    differ: [{ resources: [{ type: "AWS::IAM::Role" }] }],
  },
  {
    says: "find a name that itself holds a dot, before a nested one",
    rule: "requestParameters.tag.env.name: prod",
    match: [
      { requestParameters: { "tag.env.name": "prod" } },
      { requestParameters: { tag: { "env.name": "prod" } } },
      { requestParameters: { "tag.env": { name: "prod" } } },
      { requestParameters: { tag: { env: { name: "prod" } } } },
      { "requestParameters.tag.env.name": "prod" },
      { requestParameters: [{ "tag.env.name": "prod" }] },
    ],
    differ: [
      { requestParameters: { "tag.env.name": "dev", tag: { env: { name: "prod" } } } },
      { requestParameters: { "tag-env": { name: "prod" } } },
    ],
  },
  {
    says: "take the last of two members of one name",
    rule: "requestParameters.a: 2",
    match: ['{"requestParameters":{"a":1,"a":2}}', '{"requestParameters":[{"\\u0061":1,"a":2}]}'],
    differ: ['{"requestParameters":{"a":2,"a":1}}', '{"requestParameters":[{"a":2,"\\u0061":1}]}'],
  },
  {
    says: "take field names with regard to case",
    rule: "eventName: x",
    match: [{ eventName: "x" }],
    differ: [{ eventname: "x" }],
  },
];

testCases("Sigma values", cases);
