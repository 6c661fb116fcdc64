import { parsePostSink, readPostUrl } from "../core/alert_sinks.ts";
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

const MAKE = { slack: slackSink, webhook: webhookSink } as const;

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
  try {
    const sink = parsePostSink(spec);
    const { variable, text } = readPostUrl(spec, sink, options.env);
    const target = parseTarget(text);
    if (target === null) {
      throw new Error(`${spec}: the value of ${variable} is no http or https URL`);
    }
    return MAKE[sink.kind](spec, target);
  } catch (error) {
    throw new TrailsieveError("usage", `Cannot open the alert sink ${(error as Error).message}`);
  }
}
