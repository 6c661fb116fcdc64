/** `--metrics` as a process: a scrape while polling tells what the report tells at the end. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startS3Emulator } from "../../emulator/mod.ts";
import { planTrail } from "../../generator/mod.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";
import { inFolder } from "../support/rule_folder.ts";

const KEYS = { accessKeyId: "AKIATESTTESTTESTTEST", secretAccessKey: "secret" };

/** Reads a log until a line matches. @returns its first group, and the rest of the log once it has ended */
async function waitForLine(log: ReadableStream<Uint8Array>, pattern: RegExp) {
  const reader = log.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    assert(!done, `the program ended: ${text}`);
    text += value;
    const found = pattern.exec(text);
    if (found === null) continue;
    const rest = (async () => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return text;
        text += value;
      }
    })();
    return { found: found[1], rest };
  }
}

async function scrape(port: string): Promise<(name: string) => number | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  assertEquals(response.status, 200, text);
  const samples = new Map(
    text.split("\n").map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
  return (name) => samples.get(`trailsieve_${name}`);
}

Deno.test("poll --metrics serves the numbers of its report while it runs", async () => {
  await using s3 = await startS3Emulator({ ...KEYS, buckets: ["trail"] });
  for (const { key, bytes } of planTrail({ seed: 5, events: 3000, gzipLevel: 1 }).objects()) {
    s3.put("trail", key, bytes);
  }
  s3.put("trail", "AWSLogs/bad.json.gz", new TextEncoder().encode("no gzip"));
  await inFolder({ "rules/bad.yml": "detection: [\n" }, async (cwd) => {
    const child = startProgram([
      ...["poll", "--metrics", "127.0.0.1:0", "--source", "s3://trail/", "--lake", "none"],
      ...["--interval", "1h", "--alert", "file:./alerts.jsonl", "--report", "report.json"],
      ...["--rules", "rules", "--skip-bad-rules", "--log-format", "text"],
    ], {
      cwd,
      env: {
        AWS_ENDPOINT_URL: s3.url,
        AWS_REGION: s3.region,
        AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      },
    });
    const stdout = child.stdout.cancel();
    const { found: port, rest } = await waitForLine(child.stderr, /127\.0\.0\.1:(\d+)\/metrics/);
    let metric = await scrape(port);
    const isSettled = () =>
      metric('last_listing_timestamp_seconds{source="s3://trail/"}') !== undefined &&
      metric("backlog_objects") === 0 && metric("backlog_alerts") === 0 &&
      (metric("alerts_delivered_total") ?? 0) > 0;
    while (!isSettled()) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      metric = await scrape(port);
    }
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 143, await rest);
    await stdout;

    const { objects, events, alerts, rules, bytes, requests, dollars, workers } =
      (await readReport(`${cwd}/report.json`)) as Awaited<ReturnType<typeof readReport>> & {
        readonly rules: Record<string, number>;
        readonly dollars: number;
        readonly workers: number;
      };
    assert(objects.done > 0 && alerts.delivered > 0 && requests.get > 0 && dollars > 0);
    assertEquals([objects.dead, rules.skipped], [1, 1]);
    const told = {
      objects_listed_total: objects.listed,
      objects_unchanged_total: objects.unchanged,
      'objects_total{outcome="done"}': objects.done,
      'objects_total{outcome="skipped"}': objects.skipped,
      'objects_total{outcome="dead"}': objects.dead,
      compressed_bytes_total: bytes.compressed,
      uncompressed_bytes_total: bytes.uncompressed,
      events_read_total: events.read,
      events_rejected_total: events.rejected,
      alerts_raised_total: alerts.raised,
      alerts_suppressed_total: alerts.suppressed,
      alerts_delivered_total: alerts.delivered,
      alerts_undelivered_total: alerts.undelivered,
      alerts_carried: alerts.carried,
      rules_loaded: rules.loaded,
      rules_refused: rules.refused,
      rules_skipped: rules.skipped,
      rules_not_applicable: rules.not_applicable,
      rules_failed: rules.failed,
      's3_requests_total{kind="list"}': requests.list,
      's3_requests_total{kind="get"}': requests.get,
      's3_requests_total{kind="put"}': requests.put,
      s3_request_dollars_total: dollars,
      workers,
      database_up: 1,
      backlog_shards: 0,
    };
    assertEquals(
      Object.fromEntries(Object.keys(told).map((name) => [name, metric(name)])),
      told,
    );
  });
});

Deno.test("poll --metrics on a port in use exits with 3 and says so", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${taken.addr.port}`;
  await inFolder({ "trail/x.txt": "" }, async (cwd) => {
    const end = await runProgram(
      ["poll", "--once", "--source", "file:./trail", "--report", "report.json"],
      { cwd, env: { TRAILSIEVE_METRICS: address } },
    );
    assertEquals(end.code, 3, end.stderr);
    assertStringIncludes(end.stderr, `Cannot serve metrics on ${address}: the port is in use`);
    assertEquals((await readReport(`${cwd}/report.json`)).objects.listed, 0);
  });
});
