/** There may be no container engine here: what compose.yaml and the systemd unit name must exist in the program. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import type { Command } from "../../commands/command.ts";
import { readSettings } from "../../core/settings.ts";
import { readDockerfile, readExecForm } from "./read_dockerfile.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** Variables that the program or its AWS SDK reads beside those of the settings (CONTRACT, "Settings"). */
const OTHER_VARIABLES = [
  "AWS_REGION",
  "AWS_ENDPOINT_URL_S3",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "TRAILSIEVE_SLACK_WEBHOOK_URL",
  "TRAILSIEVE_WEBHOOK_URL",
];

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart?: string;
  readonly ports?: unknown;
  readonly deploy?: { readonly replicas: number };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** compose.yaml with the defaults of its variables, as a user without an `.env` gets it. */
async function readCompose(): Promise<Compose> {
  const text = await Deno.readTextFile(`${ROOT}/compose.yaml`);
  return parse(text.replaceAll(/\$\{[A-Z0-9_]+:-([^}]*)\}/g, "$1"), { merge: true });
}

const compose = await readCompose();
const entrypoint = readExecForm(
  readDockerfile(await Deno.readTextFile(`${ROOT}/Dockerfile`)),
  "ENTRYPOINT",
);

/** Services that run this program, each with its command and what follows it. */
const ours = Object.entries(compose.services).filter(([, service]) => service.build !== undefined)
  .map(([name, service]) => {
    const args = service.entrypoint === undefined
      ? service.command ?? []
      : service.entrypoint.slice(service.entrypoint.indexOf("/app/main.ts") + 1);
    return { name, service, command: args[0], args: args.slice(1) };
  });

async function loadCommand(name: string): Promise<Command> {
  return (await import(new URL(`../../commands/${name}.ts`, import.meta.url).href)).command;
}

Deno.test("compose.yaml runs commands with flags, variables and values that exist", async () => {
  assertEquals(ours.map(({ command }) => command).sort(), ["generate", "poll", "query"]);
  for (const { name, service, command, args } of ours) {
    const { settings } = await loadCommand(command);
    const env = service.environment ?? {};
    const known = new Set([
      ...OTHER_VARIABLES,
      ...Object.values(settings).map((setting) => setting.env),
    ]);
    for (const variable of Object.keys(env)) assert(known.has(variable), `${name}: ${variable}`);
    // Throws a sentence with every flag and value that is wrong.
    readSettings(settings, { args, env: (key) => env[key], folder: "/app" }, { positionals: 1 });
  }
});

Deno.test("compose.yaml starts two replicas of poll on one database and one lake", () => {
  const poll = compose.services.poll;
  assertEquals(poll.deploy?.replicas, 2);
  const { DATABASE_URL, TRAILSIEVE_LAKE, TRAILSIEVE_SOURCE } = poll.environment ?? {};
  const postgres = compose.services.postgres.environment ?? {};
  assertEquals(
    DATABASE_URL,
    `postgres://${postgres.POSTGRES_USER}:${postgres.POSTGRES_PASSWORD}@postgres:5432/${postgres.POSTGRES_DB}`,
  );
  const generate = ours.find(({ command }) => command === "generate");
  assertEquals(generate?.args[generate.args.indexOf("--to") + 1], TRAILSIEVE_SOURCE);
  const buckets = compose.services.buckets.entrypoint?.join(" ") ?? "";
  for (const url of [TRAILSIEVE_SOURCE, TRAILSIEVE_LAKE]) {
    const { host } = new URL(url);
    assertStringIncludes(buckets, `/s3/${host}`);
  }
});

Deno.test("compose.yaml points the program at the S3 server with its own keys", () => {
  const server = compose.services.s3.environment ?? {};
  for (const { service } of ours) {
    assertEquals(service.environment?.AWS_ENDPOINT_URL_S3, "http://s3:7070");
    assertEquals(service.environment?.AWS_ACCESS_KEY_ID, server.ROOT_ACCESS_KEY_ID);
    assertEquals(service.environment?.AWS_SECRET_ACCESS_KEY, server.ROOT_SECRET_ACCESS_KEY);
  }
});

Deno.test("compose.yaml waits for what it needs, in a way that can come true", () => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      const other = compose.services[needed];
      assert(other !== undefined, `${name} needs ${needed}`);
      if (condition === "service_healthy") assert(other.healthcheck !== undefined, needed);
      else {
        assertEquals(condition, "service_completed_successfully");
        // One that is started again whenever it ends never completes.
        assertEquals(other.restart, undefined, needed);
      }
    }
    for (const volume of service.volumes ?? []) {
      assert(Object.hasOwn(compose.volumes, volume.split(":")[0]), `${name}: ${volume}`);
    }
  }
});

Deno.test("compose.yaml pins images, publishes nothing and runs nothing as root for long", () => {
  for (const [name, service] of Object.entries(compose.services)) {
    assertMatch(service.image, /^[a-z0-9./-]+:(v?\d[\w.-]*|local)$/, name);
    assertEquals(service.ports, undefined, name);
    if (service.user === "0:0") assertEquals(service.restart, undefined, name);
  }
});

Deno.test("compose.yaml gives query the image's entrypoint and --allow-ffi, nothing else", () => {
  const query = compose.services.query.entrypoint ?? [];
  const withoutFfi = query.filter((part) => part !== "--allow-ffi");
  assertEquals(withoutFfi, [...entrypoint, "query"]);
  assertEquals(query.length, withoutFfi.length + 1);
});

Deno.test("trailsieve.service starts deno itself with the image's flags, on files that exist", async () => {
  const unit = await Deno.readTextFile(`${ROOT}/deploy/trailsieve.service`);
  const [, line] = /^ExecStart=(.+)$/m.exec(unit) ?? [];
  const toImage = (text: string) =>
    text.replace("/usr/local/bin/deno", "deno").replace("/opt/trailsieve/", "/app/")
      .replace("/var/lib/trailsieve", "/app/data");
  const parts = line.split(" ").map(toImage);
  assertEquals(parts.slice(0, entrypoint.length), entrypoint);
  const [command, ...args] = parts.slice(entrypoint.length);
  const env = (name: string) => name === "TRAILSIEVE_SOURCE" ? "s3://bucket/" : undefined;
  readSettings((await loadCommand(command)).settings, { args, env, folder: "/" }, {
    positionals: 0,
  });
  for (const [, path] of unit.matchAll(/\/opt\/trailsieve\/([\w./-]+\.\w+)/g)) {
    await Deno.stat(`${ROOT}/${path}`);
  }
});

Deno.test("iam-policy.json allows reading the trail and writing the lake, nothing more", async () => {
  const policy = JSON.parse(await Deno.readTextFile(`${ROOT}/deploy/iam-policy.json`));
  assertEquals(policy.Version, "2012-10-17");
  const actions = (bucket: string) =>
    policy.Statement.filter((statement: { Resource: string }) =>
      statement.Resource.includes(bucket)
    ).flatMap((statement: { Action: string | string[] }) => statement.Action).sort();
  assertEquals(actions("TRAIL_BUCKET"), ["s3:GetObject", "s3:ListBucket"]);
  assertEquals(actions("LAKE_BUCKET"), [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
  ]);
});
