/**
 * The isolate in which the rule tools run rules, one request at a time. It may read the rules' folders and nothing
 * else, as in `poll`: a rule that is tested is code that a user has perhaps only just been given.
 */
// Loaded here, so that a rule's import of it needs no permission to read this project.
import "trailsieve/rule";
import {
  compileModuleRule,
  compileRules,
  Event,
  loadModuleRule,
  recordFieldsFromText,
  type Rule,
} from "../detection/mod.ts";
import { describeError } from "../core/errors.ts";
import {
  type Judgement,
  type JudgeRequest,
  type LoadAnswer,
  RULE_PROGRESS,
  RULE_PROGRESS_BYTES,
  type RuleAnswer,
  type RuleInit,
  type RuleMetadata,
  type RuleRequest,
  type Trace,
  type TracedRead,
} from "./rule_protocol.ts";

/** What a dedicated worker's global scope offers beside the usual. */
const scope = self as unknown as {
  onmessage: ((event: MessageEvent<RuleInit | RuleRequest>) => void) | null;
  postMessage(message: RuleAnswer): void;
};

/** Characters of a read value that a trace tells. */
const FOUND_LENGTH_MAX = 160;
/** Reads that a trace tells. */
const READS_MAX = 200;

let progress = new Int32Array(new SharedArrayBuffer(RULE_PROGRESS_BYTES));

scope.onmessage = async ({ data }) => {
  if (data.kind === "init") {
    progress = new Int32Array(data.progress);
    return;
  }
  scope.postMessage(await answer(data));
};

async function answer(request: RuleRequest): Promise<RuleAnswer> {
  Atomics.store(progress, RULE_PROGRESS.event, -1);
  switch (request.kind) {
    case "load":
      return { kind: "load", answer: await load(request.url) };
    case "judge":
      return { kind: "judge", answer: await judge(request) };
    case "trace":
      return { kind: "trace", answer: await trace(request.url, request.event) };
  }
}

async function load(url: string): Promise<LoadAnswer> {
  try {
    return { rule: metadataOf(await loadModuleRule(url)), problem: null };
  } catch (error) {
    return { rule: null, problem: describeError(error) };
  }
}

function metadataOf(rule: Rule): RuleMetadata {
  const { id, title, level, description, author, tags, references, falsePositives } = rule;
  const { eventSources, eventNames } = rule;
  return {
    ...{ id, title, level, description, author, tags, references, falsePositives },
    ...{ eventSources, eventNames },
  };
}

async function judge({ specs, events }: JudgeRequest): Promise<Judgement[]> {
  const detector = await compileRules(specs);
  const problems = detector.problems.map(({ reason }) => reason);
  return events.map((text, place) => {
    Atomics.store(progress, RULE_PROGRESS.event, place);
    const matched: string[] = [];
    const errors = [...problems];
    let event: Event;
    try {
      event = new Event(recordFieldsFromText(text));
    } catch (error) {
      return { matched, errors: [`The event is no JSON object: ${describeError(error)}`] };
    }
    detector.evaluate(
      event,
      (rule) => matched.push(rule.id),
      (rule, error) => errors.push(`Rule ${rule.id} throws: ${describeError(error)}`),
    );
    return { matched, errors };
  });
}

async function trace(url: string, text: string): Promise<Trace> {
  const reads = new Map<string, TracedRead>();
  let excludedBy: string | null = null;
  try {
    const rule = await loadModuleRule(url);
    const event = new Event(recordFieldsFromText(text));
    Atomics.store(progress, RULE_PROGRESS.event, 0);
    excludedBy = hintThatExcludes(rule, event);
    const matched = excludedBy === null && rule.matches({
          get(path) {
            const value = event.get(path);
            if (reads.size < READS_MAX && !reads.has(path)) {
              reads.set(path, { path, found: cut(value) });
            }
            return value;
          },
        }) === true;
    return { excludedBy, matched, reads: [...reads.values()], error: null };
  } catch (error) {
    const reason = describeError(error);
    return { excludedBy, matched: false, reads: [...reads.values()], error: reason };
  }
}

/** Asked of the compiled rule, so that a hint means here what it means in a run. */
function hintThatExcludes(rule: Rule, event: Event): string | null {
  for (const name of ["eventSources", "eventNames"] as const) {
    const other = name === "eventSources" ? "eventNames" : "eventSources";
    const always = { ...rule, [other]: undefined, matches: () => true };
    if (!compileModuleRule(always).matches(event)) return name;
  }
  return null;
}

function cut(value: unknown): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length <= FOUND_LENGTH_MAX ? text : `${text.slice(0, FOUND_LENGTH_MAX)}…`;
}
