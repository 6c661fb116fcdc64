/** The bundled queries on small stories whose answers are known. */
import { assertEquals } from "@std/assert";
import type { EventRow } from "../../parquet/mod.ts";
import { type Answer, askNamed } from "./ask.ts";
import { lakeFiles, writeFiles } from "./lake_folder.ts";

const T = Date.UTC(2026, 0, 2, 3);
const arn = (name: string) => `arn:aws:sts::000000000012:assumed-role/${name}`;
const USER = "arn:aws:iam::000000000012:user/ann";

let count = 0;

/** An event `minutes` after T, with an id in the order of making. */
function event(minutes: number, row: EventRow): EventRow {
  return {
    event_time: T + minutes * 60_000,
    event_id: `e${String(++count).padStart(3, "0")}`,
    ...row,
  };
}

function session(role: string, name: string, key: string | null): EventRow {
  return {
    user_type: "AssumedRole",
    user_arn: arn(`${role}/${name}`),
    user_access_key_id: key,
    session_issuer_arn: `arn:aws:iam::000000000012:role/${role}`,
  };
}

function assumes(role: string, name: string, key: string): EventRow {
  return {
    event_source: "sts.amazonaws.com",
    event_name: "AssumeRole",
    response_elements: JSON.stringify({
      credentials: { accessKeyId: key, expiration: "Jan 2, 2026, 4:00:00 AM" },
      assumedRoleUser: { assumedRoleId: "AROA", arn: arn(`${role}/${name}`) },
    }),
  };
}

/** Ann assumes `deploy`, from it `prod`; another session of the same name belongs to a service. */
const ANN: EventRow = { user_type: "IAMUser", user_arn: USER, user_access_key_id: "AKIAANN" };
const SERVICE: EventRow = { user_type: "AWSService", user_invoked_by: "ec2.amazonaws.com" };
const DEPLOY = session("deploy", "s", "ASIADEPLOY");
const PROD = session("prod", "s", "ASIAPROD");
const OTHER = session("prod", "s", "ASIAOTHER");
const MASKED = session("prod", "masked", null);

const s3 = (name: string, key: string | null, more: EventRow = {}): EventRow => ({
  event_source: "s3.amazonaws.com",
  event_name: name,
  bucket_name: "b",
  object_key: key,
  ...more,
});

const ROWS: readonly EventRow[] = [
  event(0, { ...ANN, ...assumes("deploy", "s", "ASIADEPLOY"), source_ip_address: "203.0.113.1" }),
  event(1, { ...DEPLOY, ...assumes("prod", "s", "ASIAPROD") }),
  // The same call as the role's account logs it: it knows the caller's account alone.
  event(1, {
    user_type: "AWSAccount",
    user_account_id: "000000000099",
    ...assumes("prod", "s", "ASIAPROD"),
  }),
  event(1, { ...SERVICE, ...assumes("prod", "s", "ASIAOTHER") }),
  event(2, { ...PROD, ...s3("PutObject", "k,1") }),
  event(3, { ...OTHER, ...s3("GetObject", "k,1", { error_code: "AccessDenied" }) }),
  event(70, { ...PROD, ...s3("PutObject", "k2", { error_code: "" }) }),
  event(71, {
    ...DEPLOY,
    event_source: "ec2.amazonaws.com",
    event_name: "RunInstances",
    error_code: "Client.UnauthorizedOperation",
  }),
  event(72, {
    ...DEPLOY,
    event_source: "ec2.amazonaws.com",
    event_name: "RunInstances",
    error_code: "Client.UnauthorizedOperation",
  }),
  event(73, {
    ...ANN,
    ...s3("CopyObject", "copy", {
      request_parameters: '{"x-amz-copy-source":"b/k%2C1?versionId=v"}',
    }),
  }),
  event(74, {
    ...ANN,
    ...s3("DeleteObjects", null, {
      resources:
        '[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k,1"},{"ARN":"arn:aws:s3:::b/k,10"}]',
    }),
  }),
  event(75, { ...ANN, ...s3("GetObject", "k,1", { bucket_name: "other" }) }),
  event(76, {
    ...ANN,
    ...s3("PutObject", "\ud83d\ude00' OR 1=1 --", {
      request_parameters: '{"x-amz-copy-source":"%zz\\ud800"}',
    }),
  }),
  event(80, { ...DEPLOY, ...assumes("prod", "masked", "ASIAMASKED") }),
  event(81, { ...MASKED, event_source: "kms.amazonaws.com", event_name: "Decrypt" }),
  ...["Failure", "Failure", "Success"].map((result, i) =>
    event(90 + i, {
      event_source: "signin.amazonaws.com",
      event_name: "ConsoleLogin",
      user_type: "IAMUser",
      user_name: result === "Failure" ? "HIDDEN_DUE_TO_SECURITY_REASONS" : "ann",
      user_arn: result === "Failure" ? null : USER,
      recipient_account_id: "000000000012",
      source_ip_address: "198.51.100.7",
      response_elements: `{"ConsoleLogin":"${result}"}`,
      additional_event_data: `{"MFAUsed":"${result === "Failure" ? "No" : "Yes"}"}`,
    })
  ),
];

async function withStory(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-story-" });
  try {
    await writeFiles(folder, await lakeFiles(ROWS, { period: "hour", format: "parquet" }));
    await check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const pick = (rows: readonly Answer[], ...names: string[]) =>
  rows.map((row) => names.map((name) => row[name]));

Deno.test("put-objects answers the seed question", async () => {
  await withStory(async (folder) => {
    const rows = await askNamed(folder, "put-objects", { bucket: "b" });
    assertEquals(pick(rows, "eventTime", "user_arn", "object_key"), [
      ["2026-01-02T04:16:00Z", USER, "\ud83d\ude00' OR 1=1 --"],
      ["2026-01-02T04:10:00Z", arn("prod/s"), "k2"],
      ["2026-01-02T03:02:00Z", arn("prod/s"), "k,1"],
    ]);
    const until = { bucket: "b", until: "2026-01-02T04:16:00Z", limit: "1" };
    assertEquals(pick(await askNamed(folder, "put-objects", until), "object_key"), [["k2"]]);
    const quoted = await askNamed(folder, "put-objects", { bucket: "b' OR 'a' = 'a" });
    assertEquals(quoted, []);
  });
});

Deno.test("object-access finds reads, writes, deletions in bulk and copies of one object", async () => {
  await withStory(async (folder) => {
    const rows = await askNamed(folder, "object-access", { bucket: "b", key: "k,1" });
    assertEquals(pick(rows, "event_name", "who", "error_code"), [
      ["DeleteObjects", USER, null],
      ["CopyObject from it", USER, null],
      ["GetObject", arn("prod/s"), "AccessDenied"],
      ["PutObject", arn("prod/s"), null],
    ]);
  });
});

Deno.test("access-key-activity, denied-calls and console-logins count what happened", async () => {
  await withStory(async (folder) => {
    const calls = await askNamed(folder, "access-key-activity", { "access-key": "ASIADEPLOY" });
    assertEquals(pick(calls, "event_name", "calls", "error_code", "first_time", "last_time"), [
      ["AssumeRole", 2, null, "2026-01-02T03:01:00Z", "2026-01-02T04:20:00Z"],
      [
        "RunInstances",
        2,
        "Client.UnauthorizedOperation",
        "2026-01-02T04:11:00Z",
        "2026-01-02T04:12:00Z",
      ],
    ]);
    const role = (name: string) => `arn:aws:iam::000000000012:role/${name}`;
    const denied = await askNamed(folder, "denied-calls", {});
    assertEquals(pick(denied, "principal", "event_name", "calls", "sessions"), [
      [role("deploy"), "RunInstances", 2, 1],
      [role("prod"), "GetObject", 1, 1],
    ]);
    for (const principal of [role("prod"), arn("prod/s")]) {
      const own = await askNamed(folder, "denied-calls", { principal });
      assertEquals(pick(own, "principal", "calls"), [[role("prod"), 1]]);
    }
    const logins = await askNamed(folder, "console-logins", {});
    assertEquals(
      pick(logins, "source_ip_address", "who", "successes", "failures", "successes_with_mfa"),
      [
        ["198.51.100.7", "HIDDEN_DUE_TO_SECURITY_REASONS", 0, 2, 0],
        ["198.51.100.7", USER, 1, 0, 1],
      ],
    );
    assertEquals(await askNamed(folder, "console-logins", { "source-ip": "198.51.100.8" }), []);
  });
});

Deno.test("first-service-use looks at the whole lake, whatever time is asked for", async () => {
  await withStory(async (folder) => {
    const rows = await askNamed(folder, "first-service-use", { since: "2026-01-02T04:00:00Z" });
    assertEquals(pick(rows, "role", "event_source", "first_call", "calls"), [
      ["arn:aws:iam::000000000012:role/prod", "kms.amazonaws.com", "Decrypt", 1],
      ["arn:aws:iam::000000000012:role/deploy", "ec2.amazonaws.com", "RunInstances", 2],
    ]);
    const all = await askNamed(folder, "first-service-use", {
      role: "arn:aws:iam::000000000012:role/prod",
    });
    assertEquals(pick(all, "event_source", "session"), [
      ["kms.amazonaws.com", arn("prod/masked")],
      ["s3.amazonaws.com", arn("prod/s")],
    ]);
  });
});

Deno.test("session-origin follows a session to its human, by key or else by name", async () => {
  await withStory(async (folder) => {
    const chain = async (given: Record<string, string>) =>
      pick(
        await askNamed(folder, "session-origin", given),
        "session_access_key",
        "hop",
        "opened",
        "opened_by",
        "opened_by_type",
        "linked_by",
      );
    const toAnn = [
      "arn:aws:sts::000000000012:assumed-role/deploy/s",
      USER,
      "IAMUser",
      "access key",
    ];
    const toDeploy = (name: string, by: string) => [arn(name), arn("deploy/s"), "AssumedRole", by];
    assertEquals(await chain({ "access-key": "ASIAPROD" }), [
      ["ASIAPROD", 1, ...toDeploy("prod/s", "access key")],
      ["ASIAPROD", 2, ...toAnn],
    ]);
    // One name, two sessions: each has its own origin.
    assertEquals(await chain({ session: arn("prod/s") }), [
      ["ASIAOTHER", 1, arn("prod/s"), "ec2.amazonaws.com", "AWSService", "access key"],
      ["ASIAPROD", 1, ...toDeploy("prod/s", "access key")],
      ["ASIAPROD", 2, ...toAnn],
    ]);
    assertEquals(await chain({ session: arn("prod/masked") }), [
      [null, 1, ...toDeploy("prod/masked", "session name")],
      [null, 2, ...toAnn],
    ]);
    assertEquals(await chain({ "access-key": "AKIAANN" }), []);
  });
});

Deno.test("session-activity follows a human into every session, and into no other", async () => {
  await withStory(async (folder) => {
    const starts: readonly Record<string, string>[] = [
      { principal: USER },
      { "access-key": "AKIAANN" },
    ];
    for (const given of starts) {
      const rows = await askNamed(folder, "session-activity", given);
      const own = rows.filter(({ hops }) => hops === 0).length;
      assertEquals(own, "principal" in given ? 6 : 5);
      assertEquals(
        pick(rows.filter(({ hops }) => hops !== 0), "hops", "event_name", "user_access_key_id"),
        [
          [1, "AssumeRole", "ASIADEPLOY"],
          [2, "PutObject", "ASIAPROD"],
          [2, "PutObject", "ASIAPROD"],
          [1, "RunInstances", "ASIADEPLOY"],
          [1, "RunInstances", "ASIADEPLOY"],
          [1, "AssumeRole", "ASIADEPLOY"],
          [2, "Decrypt", null],
        ],
      );
    }
    const late = { principal: USER, since: "2026-01-02T04:21:00Z", limit: "1" };
    assertEquals(pick(await askNamed(folder, "session-activity", late), "event_name"), [[
      "Decrypt",
    ]]);
  });
});
