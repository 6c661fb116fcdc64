import { type Case, testCases } from "./_rule_cases.ts";

const request = (value: unknown) => ({ requestParameters: { v: value } });
const path = "requestParameters.v";

const cases: Case[] = [
  {
    says: "cidr takes networks of both versions",
    rule: "sourceIPAddress|cidr: [10.0.0.0/8, 192.168.1.7/32, '2001:db8::/32', 172.16.5.9/12]",
    match: ["10.255.0.1", "192.168.1.7", "2001:DB8:0:1::5", "::ffff:10.1.2.3", "172.31.0.1"]
      .map((sourceIPAddress) => ({ sourceIPAddress })),
    differ: [
      "11.0.0.1",
      "192.168.1.8",
      "2001:db9::1",
      "10.0.0",
      "10.0.0.0/8",
      "AWS Internal",
      "",
      null,
    ]
      .map((sourceIPAddress) => ({ sourceIPAddress })),
  },
  {
    says: "lt, lte, gt and gte compare numbers, written as strings too",
    rule: `- ${path}|lt: 5\n- ${path}|gte: 10.5`,
    match: [request(4), request("-1"), request(10.5), request("1e3"), request([7, 11])],
    differ: [request(5), request(10), request("x"), request(""), request(true), request(null)],
  },
  {
    says: "lte and gt hold at and above the value",
    rule: `${path}|lte: 5\nrequestParameters.w|gt: 1`,
    match: [{ requestParameters: { v: 5, w: 1.5 } }],
    differ: [{ requestParameters: { v: 5, w: 1 } }, { requestParameters: { v: 5.1, w: 2 } }],
  },
  {
    says: "gt compares integers beyond 2^53 exactly",
    rule: `${path}|gt: 9007199254740992`,
    match: ['{"requestParameters":{"v":9007199254740993}}'],
    differ: ['{"requestParameters":{"v":9007199254740992}}'],
  },
  {
    says: "time modifiers read a part of a date as written",
    rule: "eventTime|hour: 3\neventTime|minute: 7\neventTime|day: 9\neventTime|month: 2\n" +
      "eventTime|year: 2026\neventTime|week: 7",
    match: [{ eventTime: "2026-02-09T03:07:59Z" }, { eventTime: "2026-02-09T03:07:00+09:00" }],
    differ: [{ eventTime: "2026-02-09T04:07:00Z" }, { eventTime: "2026-02-09" }, {
      eventTime: "9 Feb 2026 03:07",
    }],
  },
  {
    says: "time modifiers go with comparisons",
    rule: "- eventTime|hour|gte: 22\n- eventTime|lt|hour: 6",
    match: [{ eventTime: "2026-02-09T22:00:00Z" }, { eventTime: "2026-02-09T05:59:00Z" }],
    differ: [{ eventTime: "2026-02-09T06:00:00Z" }, { eventTime: "2026-02-09T21:59:00Z" }],
  },
  {
    says: "week counts as ISO 8601 does at the year's edge",
    rule: "eventTime|week: 53",
    match: [{ eventTime: "2021-01-03T00:00:00Z" }, { eventTime: "2020-12-31T00:00:00Z" }],
    differ: [{ eventTime: "2021-01-04T00:00:00Z" }, { eventTime: "2024-12-31T00:00:00Z" }],
  },
  {
    says: "fieldref compares two fields of the event",
    rule: "userIdentity.userName|fieldref: requestParameters.v",
    match: [
      { userIdentity: { userName: "Ann" }, requestParameters: { v: "ann" } },
      { userIdentity: { userName: "ann" }, requestParameters: { v: ["bob", "ann"] } },
      { userIdentity: { userName: "7" }, requestParameters: { v: 7 } },
    ],
    differ: [
      { userIdentity: { userName: "ann" }, requestParameters: { v: "annie" } },
      { userIdentity: {}, requestParameters: {} },
      { userIdentity: { userName: null }, requestParameters: { v: null } },
    ],
  },
  {
    says: "fieldref goes with neq",
    rule: "userIdentity.userName|fieldref|neq: requestParameters.v",
    match: [{ userIdentity: { userName: "ann" }, requestParameters: { v: "bob" } }],
    differ: [{ userIdentity: { userName: "ann" }, requestParameters: { v: "ANN" } }],
  },
  {
    says: "fieldref goes with contains, startswith, endswith and cased",
    rule:
      "- userAgent|fieldref|contains: errorCode\n- userAgent|fieldref|startswith: errorMessage\n" +
      "- userAgent|fieldref|endswith|cased: apiVersion",
    match: [
      { userAgent: "xAby", errorCode: "ab" },
      { userAgent: "abx", errorMessage: "AB" },
      { userAgent: "xab", apiVersion: "ab" },
    ],
    differ: [
      { userAgent: "ab", errorCode: "xab" },
      { userAgent: "xab", errorMessage: "ab" },
      { userAgent: "xab", apiVersion: "AB" },
    ],
  },
  {
    says: "expand replaces a placeholder by its list, wildcards included",
    rule: "userIdentity.userName|expand: ['%admins%', 'pre-%envs%-%n-1%']",
    placeholders: { admins: ["root*", "ann"], envs: ["dev", "prod"], "n-1": ["1", "2"] },
    match: ["rootling", "Ann", "pre-dev-2", "pre-prod-1"]
      .map((userName) => ({ userIdentity: { userName } })),
    differ: ["bob", "%admins%", "pre-dev-3"].map((userName) => ({ userIdentity: { userName } })),
  },
  {
    says: "expand takes an escaped percent character as plain",
    rule: String.raw`userAgent|expand: '\%plain%name%'`,
    placeholders: { name: ["x"] },
    match: [{ userAgent: "%plainx" }],
    differ: [{ userAgent: "%plain%name%" }],
  },
  {
    says: "without expand leave percent characters alone",
    rule: "userAgent: '%name%'",
    match: [{ userAgent: "%NAME%" }],
    differ: [{ userAgent: "x" }],
  },
  {
    says: "expand goes with cidr, contains and re",
    rule: "- sourceIPAddress|expand|cidr: '%nets%'\n- userAgent|contains|expand: '%tools%'\n" +
      "- errorCode|re|expand: '^%tools%$'",
    placeholders: { nets: ["10.0.0.0/8", "::1"], tools: ["kali", "parrot"] },
    match: [{ sourceIPAddress: "10.1.1.1" }, { sourceIPAddress: "0:0::1" }, {
      userAgent: "a parrot b",
    }, { errorCode: "kali" }],
    differ: [{ sourceIPAddress: "11.1.1.1" }, { userAgent: "nets" }, { errorCode: "kali x" }],
  },
  {
    says: "expand by an empty list matches nothing",
    rule: "selection:\n  userAgent: a\nfilter:\n  awsRegion|expand: '%none%'\n" +
      "condition: selection and not filter",
    placeholders: { none: [] },
    match: [{ userAgent: "a", awsRegion: "" }],
    differ: [{ userAgent: "b" }],
  },
];

testCases("Sigma modifiers", cases);
