import { shortPath, type TestResult } from "../coordinator/mod.ts";
import { plainText } from "./write_text.ts";

/** One case, or one file that could not be tested. */
export interface Check {
  readonly file: string;
  readonly name: string;
  readonly failure: string | null;
}

/** Everything that can pass or fail, in the order of the files. Malformed rules fail too. */
export function checksOf({ files, problems }: TestResult, folder: string): Check[] {
  const cases = files.flatMap(({ file, cases, problem }): Check[] => {
    const short = plainText(shortPath(file, folder));
    if (problem !== null) return [{ file: short, name: "cases", failure: plainText(problem) }];
    return (cases ?? []).map(({ name, mustMatch, failure }) => ({
      file: short,
      name: plainText(`${mustMatch ? "matches" : "does not match"}: ${name}`),
      failure: failure === null ? null : plainText(failure),
    }));
  });
  const malformed = problems.map(({ file, line, reason }) => ({
    file: plainText(shortPath(file, folder)),
    name: line > 0 ? `loads (line ${line})` : "loads",
    failure: plainText(reason),
  }));
  return [...malformed, ...cases];
}

/** A line for each failure. */
export function formatText(checks: readonly Check[]): string {
  return checks.filter(({ failure }) => failure !== null)
    .map(({ file, name, failure }) => `FAILED ${file}: ${name}: ${failure}\n`).join("");
}

/** The Test Anything Protocol, version 13 (testanything.org). */
export function formatTap(checks: readonly Check[]): string {
  const lines = checks.map(({ file, name, failure }, place) => {
    // A `#` begins a directive.
    const title = `${place + 1} - ${file}: ${name}`.replaceAll("#", "\\#");
    if (failure === null) return `ok ${title}\n`;
    return `not ok ${title}\n  ---\n  message: ${JSON.stringify(failure)}\n  ...\n`;
  });
  return `TAP version 13\n1..${checks.length}\n${lines.join("")}`;
}

/** JUnit's XML as CI systems read it: a suite for each rule file. */
export function formatJunit(checks: readonly Check[]): string {
  const byFile = Map.groupBy(checks, ({ file }) => file);
  const count = (own: readonly Check[]) =>
    `tests="${own.length}" failures="${own.filter(({ failure }) => failure !== null).length}"`;
  const suites = [...byFile].map(([file, own]) => {
    const cases = own.map(({ name, failure }) => {
      const head = `    <testcase classname="${escape(file)}" name="${escape(name)}"`;
      if (failure === null) return `${head}/>\n`;
      return `${head}>\n      <failure message="${escape(failure)}"/>\n    </testcase>\n`;
    });
    return `  <testsuite name="${escape(file)}" ${count(own)}>\n${cases.join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${count(checks)}>\n${
    suites.join("")
  }</testsuites>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escape(text: string): string {
  return text.toWellFormed().replaceAll(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll(/[&<>"]/g, (unit) => ENTITIES[unit]);
}
