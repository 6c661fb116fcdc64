import type { Command, CommandGroup } from "./command.ts";
import { command as ddl } from "./lake_ddl.ts";
import { command as log } from "./lake_log.ts";

const entry = (summary: string, command: unknown) => ({ summary, command: command as Command });

export const group: CommandGroup = {
  description: "What was written to the lake, and what reads it.",
  commands: {
    ddl: entry("the SQL that makes the lake queryable in Amazon Athena", ddl),
    log: entry("which files were written, or could not be", log),
  },
};
