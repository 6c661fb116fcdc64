import { relative } from "node:path";
import { DEMO_SETTINGS, POLL_SETTINGS } from "../core/config.ts";
import { TrailsieveError } from "../core/errors.ts";
import { readSettings } from "../core/settings.ts";
import { parsePath } from "../core/setting_values.ts";
import { poll } from "../coordinator/mod.ts";
import { startS3Emulator } from "../emulator/mod.ts";
import { planTrail } from "../generator/mod.ts";
import { type CommandIo, defineCommand } from "./command.ts";
import { type DemoAlert, demoTable, storiesFound } from "./demo_table.ts";
import { EXIT } from "./exit_codes.ts";
import { formatBytes, formatCount } from "./format_summary.ts";
import { observeRun } from "./observe_run.ts";

const SEED = 7;
const EVENTS = 60_000;
const BUCKET = "example-organization-trail";
const FOLDER = "data/demo";

/** A file that shows that the folder is the demo's own, before it is emptied. */
const MARK = ".trailsieve-demo";

export const command = defineCommand({
  settings: DEMO_SETTINGS,
  description:
    `Generates an organization's trail with attack stories hidden in it, serves it from an embedded S3 ` +
    `server, makes one pass of poll on the embedded database, and shows what was found. Works in ./${FOLDER}/, ` +
    `which is emptied at each start.`,
  async run(_values, _positionals, io) {
    const folder = parsePath(FOLDER, io.folder);
    await emptyFolder(folder);
    const accessKeyId = "AKIADEMODEMODEMODEMO";
    const secretAccessKey = crypto.randomUUID();
    await using s3 = await startS3Emulator({ accessKeyId, secretAccessKey, buckets: [BUCKET] });
    const plan = planTrail({ seed: SEED, events: EVENTS });
    const trail = { objects: 0, events: 0, bytes: 0 };
    const step = Math.ceil(EVENTS / 4);
    io.writeError(
      `Generating the trail of an organization of ${plan.accounts.length} accounts, with ` +
        `${plan.stories.length} attacks hidden in it (seed ${SEED})\n`,
    );
    for (const object of plan.objects()) {
      s3.put(BUCKET, object.key, object.bytes, {
        contentEncoding: "gzip",
        contentType: "application/json",
      });
      const before = Math.floor(trail.events / step);
      trail.objects++;
      trail.events += object.eventCount;
      trail.bytes += object.bytes.length;
      if (Math.floor(trail.events / step) > before) {
        io.writeError(`  ${formatCount(trail.events)} events\n`);
        // Lets a signal come through.
        await new Promise((resolve) => setTimeout(resolve, 0));
        if (io.drain.aborted) return EXIT.incomplete;
      }
    }
    io.writeError(
      `Serving it as s3://${BUCKET}/ on ${s3.url}: ${formatCount(trail.objects)} objects, ` +
        `${
          formatBytes(trail.bytes)
        }\n\nReading it as \`poll --once\` does: every event through every rule\n`,
    );
    const alertsPath = `${folder}/alerts.jsonl`;
    const code = await pollOnce(folder, alertsPath, io, {
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
    if (io.drain.aborted) return code;
    const alerts = await readAlerts(alertsPath);
    const table = demoTable(alerts, plan.stories, plan.accounts, {
      width: io.width,
      colour: io.colour,
    });
    await print(io, `\n${table}`);
    const lake = relative(io.folder, `${folder}/lake`);
    io.writeError(`
${storiesFound(alerts, plan.stories)} of ${plan.stories.length} attacks raised an alert.
The alerts are in ${
      relative(io.folder, alertsPath)
    }, one JSON object a line; the lake is in ${lake}/. Ask it, for example:

  deno task query --lake file:./${lake} \\
    "SELECT event_time, user_arn, source_ip_address FROM events WHERE event_name = 'ConsoleLogin' AND error_message IS NOT NULL ORDER BY event_time LIMIT 10"
`);
    return code;
  },
});

async function pollOnce(
  folder: string,
  alertsPath: string,
  io: CommandIo,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const flags = [
    "--source",
    `s3://${BUCKET}/`,
    "--lake",
    `file:${encodeURI(folder)}/lake`,
    "--once",
  ];
  const args = [...flags, "--alert", `file:${encodeURI(alertsPath)}`];
  const { values } = readSettings(
    POLL_SETTINGS,
    { args, env: () => undefined, folder: io.folder },
    { positionals: 0 },
  );
  const options = {
    command: "demo",
    reportPath: `${folder}/report.json`,
    lake: values.lake,
    metrics: null,
  };
  return await observeRun(
    options,
    io,
    (onOpen) =>
      poll(values, `pglite:${folder}/state`, { ...io, env }, { drain: io.drain }, { onOpen }),
  );
}

/** Empties the demo's folder; one that is not the demo's is left alone. */
async function emptyFolder(folder: string): Promise<void> {
  try {
    const names = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
    if (names.length > 0 && !names.includes(MARK)) {
      throw new TrailsieveError(
        "usage",
        `Cannot empty ${folder}: an earlier demo did not make it`,
        {
          hint: "Move it away, or start the demo elsewhere",
        },
      );
    }
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/${MARK}`,
    "Made by `deno task demo`, which empties this folder at each start.\n",
  );
}

async function readAlerts(path: string): Promise<DemoAlert[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

async function print(io: CommandIo, text: string): Promise<void> {
  const writer = io.stdout.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.releaseLock();
}
