import { fileURLToPath } from "node:url";

/** The project's folder, ending in a slash. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A document of the project. */
export interface Document {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The text of a file of the project. */
export function readText(path: string): string {
  return Deno.readTextFileSync(`${ROOT}${path}`);
}

/** Every Markdown document at the top and in `docs/`. */
export function readDocuments(): Document[] {
  return ["", "docs/"].flatMap((folder) =>
    [...Deno.readDirSync(`${ROOT}${folder}`)]
      .filter(({ name }) => name.endsWith(".md"))
      .map(({ name }) => ({ path: `${folder}${name}`, text: readText(`${folder}${name}`) }))
  );
}

/** The fenced blocks of a text. */
export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, code]) => ({
    language,
    code,
  }));
}

/** The text without its fenced blocks. */
export function prose(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, "");
}

/** The part of a text under a heading, up to the next one of the same or a higher level. */
export function section(text: string, heading: string): string {
  const level = heading.indexOf(" ");
  const [, rest] = text.split(`${heading}\n`);
  if (rest === undefined) throw new Error(`There is no heading ${JSON.stringify(heading)}`);
  return rest.split(new RegExp(`^#{1,${level}} `, "m"))[0];
}

/** The rows of every table in a text, as cells without their surrounding space. */
export function tableRows(text: string): string[][] {
  return [...text.matchAll(/^\| (.*) \|$/gm)]
    .map(([, row]) => row.split(/\s*(?<!\\)\|\s*/))
    .filter((cells) => !/^-+:?$/.test(cells[0]));
}

/** The words of each `deno task` command in a block of shell, without `deno task`; comments are left out. */
export function taskCommands(code: string): string[][] {
  return code.replaceAll("\\\n", " ").split("\n")
    .map((line) => /^(?:npx -y deno@[\d.]+|deno) task (.*)$/.exec(line.trim())?.[1])
    .filter((rest) => rest !== undefined)
    .map(shellWords);
}

/** Splits as a shell does, as far as the documents need it: double quotes, and comments. */
function shellWords(line: string): string[] {
  return [...line.replace(/\s#.*$/, "").matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain);
}
