/** A Sigma rule that fires on one event name; `more` stands in front of its detection. */
export function sigmaRule(id: string, eventName: string, more = ""): string {
  return `title: Rule ${id}
id: ${id}
level: low
tags:
  - attack.impact
  - attack.t1485
${more}logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventName: ${eventName}
  condition: selection
`;
}

/** A TypeScript rule; `body` is that of \`matches\`, with the event as \`event\`. */
export function moduleRule(id: string, body: string): string {
  return `import { defineRule } from "trailsieve/rule";
export default defineRule({
  id: "${id}", title: "Module ${id}", level: "high", description: "d", author: "a",
  tags: ["attack.persistence", "attack.t1098.003"], references: [], falsePositives: [],
  eventSources: ["iam.amazonaws.com"],
  matches: (event) => { ${body} },
});
`;
}

/** A file of cases: events by name. */
export function casesFile(
  match: Readonly<Record<string, unknown>>,
  noMatch: Readonly<Record<string, unknown>>,
): string {
  const list = (events: Readonly<Record<string, unknown>>) =>
    Object.entries(events).map(([name, event]) => ({ name, event }));
  return JSON.stringify({ match: list(match), no_match: list(noMatch) });
}

/** Runs a test in a temporary folder with these files. */
export async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [path, content] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/${path}`, bytes);
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
