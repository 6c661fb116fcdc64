import type { SettingTable } from "../core/settings.ts";

/** One line for each command. */
export function programHelp(commands: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, summary]) =>
    `  ${name.padEnd(width)}  ${summary}`
  );
  return `Trailsieve finds what matters in AWS CloudTrail, straight from its bucket.

Usage: main.ts <command> [flags]     (or: deno task <command> [flags])

${lines.join("\n")}

main.ts <command> --help tells a command's flags.
`;
}

/** One line for each command of a group. */
export function groupHelp(
  name: string,
  description: string,
  commands: Readonly<Record<string, { readonly summary: string }>>,
): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) =>
    `  ${name.padEnd(width)}  ${summary}`
  );
  return `${description}

Usage: main.ts ${name} <command> [flags]     (or: deno task ${name} <command> [flags])

${lines.join("\n")}

main.ts ${name} <command> --help tells a command's flags.
`;
}

/** A command's flags, from the table that they are read by. */
export function commandHelp(
  name: string,
  description: string,
  positionals: readonly string[],
  settings: SettingTable,
): string {
  const rows = Object.entries(settings).map(([flag, setting]) => {
    const shape = setting.kind === "switch" ? "" : ` ${setting.shape ?? "VALUE"}`;
    const env = setting.env === undefined ? "" : ` [${setting.env}]`;
    return [`--${flag}${shape}`, `${setting.help}${env}`];
  });
  rows.push(["--help", "this text"]);
  const width = Math.max(...rows.map(([flag]) => flag.length));
  const usage = positionals.map((positional) => ` ${positional}`).join("");
  return `${description}

Usage: main.ts ${name}${usage} [flags]

${rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join("\n")}
`;
}
