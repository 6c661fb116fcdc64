import type { NamedQuery } from "../lake/mod.ts";

const WIDTH = 100;

const STATES: Readonly<Record<string, string>> = { required: "required", any: "one is required" };

/** The named queries for people: what each answers, and its parameters. */
export function formatNamedQueries(queries: readonly NamedQuery[]): string {
  return queries.map(({ name, title, answers, parameters }) => {
    const width = Math.max(...parameters.map(({ name }) => name.length));
    const lines = parameters.map(({ name, type, fallback, need, help }) => {
      const state = STATES[need] ?? (fallback === null ? "optional" : `default ${fallback}`);
      return `    --param ${`${name}=…`.padEnd(width + 2)}  ${help} (${type}, ${state})\n`;
    });
    return `${name}  ${title}\n${wrap(answers, WIDTH - 4).map((line) => `    ${line}\n`).join("")}${
      lines.join("")
    }`;
  }).join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
