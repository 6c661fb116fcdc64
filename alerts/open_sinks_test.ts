import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { openSinks } from "./mod.ts";

function optionsOf(env: Record<string, string> = {}) {
  const stdout = new WritableStream<Uint8Array>();
  return { env: (name: string) => env[name], stdout };
}

Deno.test("openSinks() opens every kind under the name it was given", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a b%20.jsonl`;
  const options = optionsOf({
    TRAILSIEVE_SLACK_WEBHOOK_URL: "https://hooks.example/1",
    TRAILSIEVE_SLACK_WEBHOOK_URL_SOC: "https://hooks.example/2",
    TRAILSIEVE_WEBHOOK_URL: " http://127.0.0.1:1/ ",
    TRAILSIEVE_WEBHOOK_URL_TEAM_2: "http://127.0.0.1:1/",
    TRAILSIEVE_WEBHOOK_URL_siem: "http://127.0.0.1:1/",
  });
  const specs = ["stdout", `file:${path}`, "slack", "slack:soc", "webhook", "webhook:Team_2"];
  specs.push("webhook:siem");
  const sinks = await openSinks([...specs, "stdout"], options);
  assertEquals(sinks.map((sink) => sink.name), specs);
  assert((await Deno.stat(path)).isFile);
  for (const sink of sinks) await sink.close();
  assert(!options.stdout.locked);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openSinks() reports the problems of all sinks together and leaves none open", async () => {
  const options = optionsOf({ TRAILSIEVE_WEBHOOK_URL_B: "ftp://SECRET/" });
  const specs = [
    "stdout",
    "slack",
    "webhook:a",
    "webhook:B",
    "pager",
    "file:rel.jsonl",
    "file:/dev/null/x",
  ];
  const error = await assertRejects(() => openSinks(specs, options), TrailsieveError);
  assertEquals(error.code, "usage");
  for (
    const part of [
      "TRAILSIEVE_SLACK_WEBHOOK_URL is not set",
      "TRAILSIEVE_WEBHOOK_URL_A is not set",
      "the value of TRAILSIEVE_WEBHOOK_URL_B is no http or https URL",
      '"pager"',
      '"file:rel.jsonl"',
      "/dev/null/x",
    ]
  ) assertStringIncludes(error.message, part);
  assert(!error.message.includes("SECRET"));
  assert(!options.stdout.locked);
});

Deno.test("openSinks() takes an empty variable as not set", async () => {
  const options = optionsOf({ TRAILSIEVE_WEBHOOK_URL: " " });
  await assertRejects(
    () => openSinks(["webhook"], options),
    TrailsieveError,
    "TRAILSIEVE_WEBHOOK_URL is not set",
  );
});

Deno.test("openSinks() refuses odd names and repeats no URL that stands where a name belongs", async () => {
  for (const spec of ["webhook:", "webhook:a-b", "slack:a:b", "webhook:https://h.example/SECRET"]) {
    const error = await assertRejects(() => openSinks([spec], optionsOf()), TrailsieveError);
    assert(!error.message.includes("SECRET"), error.message);
  }
});
