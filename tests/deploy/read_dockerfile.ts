/** Reads a Dockerfile and .dockerignore as far as this project uses them. */

/** One instruction: `RUN`, and what stands behind it. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions in order, without comments, each on one line. */
export function readDockerfile(text: string): Instruction[] {
  const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  return lines.join("\n").replace(/\\\n\s*/g, "").split("\n").filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`Cannot read Dockerfile line: ${line}`);
      return { name, text: rest };
    });
}

/** The arguments of an instruction in exec form; throws where it is in shell form. */
export function readExecForm(instructions: readonly Instruction[], name: string): string[] {
  const found = instructions.filter((instruction) => instruction.name === name);
  if (found.length !== 1) throw new Error(`Cannot find one ${name}: there are ${found.length}`);
  return JSON.parse(found[0].text);
}

/**
 * Whether Docker leaves a path out of the build context. The last pattern that matches the path or a folder
 * above it decides (docs.docker.com, "Build context").
 * @param path relative, with `/`
 */
export function isIgnored(patterns: string, path: string): boolean {
  let ignored = false;
  for (const line of patterns.split("\n").map((line) => line.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const keeps = line.startsWith("!");
    if (toRegExp(keeps ? line.slice(1) : line).test(path)) ignored = !keeps;
  }
  return ignored;
}

function toRegExp(pattern: string): RegExp {
  const source = pattern.split("/").map((part) =>
    part === "**"
      ? "(?:[^/]+/)*"
      : `${
        part.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*").replaceAll("?", "[^/]")
      }/`
  ).join("");
  return new RegExp(`^${source.replace(/\/$/, "")}(?:/|$)`);
}

/** Files of the build context, relative to the folder. Folders that are left out are not entered. */
export async function listContext(folder: string, patterns: string): Promise<string[]> {
  const files: string[] = [];
  const walk = async (relative: string) => {
    for await (const entry of Deno.readDir(`${folder}/${relative}`)) {
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (isIgnored(patterns, path)) continue;
      if (entry.isDirectory) await walk(path);
      else files.push(path);
    }
  };
  await walk("");
  return files.sort();
}
