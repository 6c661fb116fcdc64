import { describeError, TrailsieveError } from "../core/errors.ts";
import { FileSink } from "./file_sink.ts";
import { slackSink, webhookSink } from "./http_sinks.ts";
import { parseTarget } from "./post_target.ts";
import { StdoutSink } from "./stdout_sink.ts";
import type { Sink } from "./types.ts";

/** What sinks need from the process; only its entry point reads it. */
export interface OpenSinksOptions {
  /** An environment variable's value. */
  readonly env: (name: string) => string | undefined;
  /** Where `stdout` writes; locked until the sink is closed, and never closed. */
  readonly stdout: WritableStream<Uint8Array>;
}

/** Sinks that POST, the variable that holds their URL, and how they are made. */
const HTTP_SINKS = {
  slack: { variable: "TRAILSIEVE_SLACK_WEBHOOK_URL", make: slackSink },
  webhook: { variable: "TRAILSIEVE_WEBHOOK_URL", make: webhookSink },
} as const;

/**
 * Opens the sinks of `--alert`: `stdout`, `file:/abs/path.jsonl`, `slack`, `slack:NAME`, `webhook`,
 * `webhook:NAME`. One given twice is opened once. Throws TrailsieveError `usage` that tells the problems
 * of all of them and no secret; then none is open.
 */
export async function openSinks(
  specs: readonly string[],
  options: OpenSinksOptions,
): Promise<readonly Sink[]> {
  const sinks: Sink[] = [];
  const problems: string[] = [];
  for (const spec of new Set(specs)) {
    try {
      sinks.push(await openSink(spec, options));
    } catch (error) {
      problems.push(describeError(error));
    }
  }
  if (problems.length === 0) return sinks;
  for (const sink of sinks) await sink.close();
  throw new TrailsieveError("usage", problems.join("; "), { stage: "deliver" });
}

async function openSink(spec: string, options: OpenSinksOptions): Promise<Sink> {
  if (spec === "stdout") return new StdoutSink(options.stdout);
  if (spec.startsWith("file:/")) {
    const sink = new FileSink(spec.slice("file:".length));
    await sink.prepare();
    return sink;
  }
  const [kind, name, ...rest] = spec.split(":");
  if ((kind !== "slack" && kind !== "webhook") || rest.length > 0) {
    throw new TrailsieveError(
      "usage",
      `Cannot open the alert sink ${JSON.stringify(redact(spec))}: there is no such sink`,
      { hint: "Use stdout, file:PATH, slack, slack:NAME, webhook or webhook:NAME" },
    );
  }
  if (name !== undefined && !/^[A-Za-z0-9_]+$/.test(name)) {
    throw new TrailsieveError(
      "usage",
      `Cannot open the alert sink ${
        JSON.stringify(redact(spec))
      }: its name ends an environment variable's, ` +
        "so it consists of letters, digits and _",
    );
  }
  const { variable, make } = HTTP_SINKS[kind];
  return make(spec, targetFrom(spec, nameVariable(variable, name), options.env));
}

function nameVariable(variable: string, name: string | undefined): string {
  return name === undefined ? variable : `${variable}_${name.toUpperCase()}`;
}

function targetFrom(spec: string, variable: string, env: OpenSinksOptions["env"]) {
  const text = env(variable)?.trim() ?? "";
  if (text === "") {
    throw new TrailsieveError(
      "usage",
      `Cannot open the alert sink ${spec}: ${variable} is not set`,
      {
        hint: `Set ${variable} to the webhook's URL`,
      },
    );
  }
  const target = parseTarget(text);
  if (target === null) {
    throw new TrailsieveError(
      "usage",
      `Cannot open the alert sink ${spec}: the value of ${variable} is no http or https URL`,
    );
  }
  return target;
}

/** A user may have put a webhook's URL, which is a secret, where a sink's name belongs. */
function redact(spec: string): string {
  const colon = spec.indexOf("/");
  return colon < 0 ? spec : `${spec.slice(0, colon)}…`;
}
