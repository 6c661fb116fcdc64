import { listDeadLetters } from "../coordinator/mod.ts";
import { databaseUrlOf } from "../core/config.ts";
import { DEADLETTERS_LIST_SETTINGS } from "../core/deadletters_config.ts";
import { filterOf } from "./deadletter_choice.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { letterJson, letterTable } from "./format_dead_letters.ts";
import { writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: DEADLETTERS_LIST_SETTINGS,
  description:
    "Lists what was given up on, the newest first. A kind is object, record (one of an object's), part (of the " +
    "lake) or delivery (of an alert to a sink). --prefix leaves deliveries out.",
  async run(values, _positionals, io) {
    const pages = listDeadLetters(databaseUrlOf(values.database, io.folder), filterOf(values), {
      limit: values.limit,
      signal: io.drain,
    });
    let isFirst = true;
    let next = await pages.next();
    for (; !next.done; next = await pages.next()) {
      const text = values.format === "json"
        ? next.value.map((letter) => `${JSON.stringify(letterJson(letter))}\n`).join("")
        : letterTable(next.value, { heading: isFirst });
      await writeText(io.stdout, text);
      isFirst = false;
    }
    if (isFirst && values.format === "table") io.writeError("There are no dead letters.\n");
    if (next.value) io.writeError(`There are more than these ${values.limit}: see --limit.\n`);
    return EXIT.done;
  },
});
