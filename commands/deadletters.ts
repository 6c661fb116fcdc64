import type { Command, CommandGroup } from "./command.ts";
import { command as drop } from "./deadletters_drop.ts";
import { command as list } from "./deadletters_list.ts";
import { command as redrive } from "./deadletters_redrive.ts";
import { command as show } from "./deadletters_show.ts";

const entry = (summary: string, command: unknown) => ({ summary, command: command as Command });

export const group: CommandGroup = {
  description:
    "What was given up on: objects, records that are no events, damaged parts of the lake, and alerts that a sink " +
    "did not take. Needs the database alone; the embedded one while no other process uses it.",
  commands: {
    list: entry("what was given up on, when, at which stage and why", list),
    show: entry("one dead letter whole, with the text of a record or the alert", show),
    redrive: entry("puts dead letters back to work, with fresh attempts", redrive),
    drop: entry("settles dead letters for good", drop),
  },
};
