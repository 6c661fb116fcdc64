import { dropDeadLetters } from "../coordinator/mod.ts";
import { databaseUrlOf } from "../core/config.ts";
import { DEADLETTERS_TEND_SETTINGS } from "../core/deadletters_config.ts";
import { defineCommand } from "./command.ts";
import { choiceOf } from "./deadletter_choice.ts";
import { EXIT } from "./exit_codes.ts";
import { missingText } from "./format_dead_letters.ts";
import { formatNumber, writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: DEADLETTERS_TEND_SETTINGS,
  positionals: ["[ID…]"],
  description:
    "Settles dead letters for good: they are listed no more. What they were about stays known, so no object is " +
    "read and no alert sent again because of it. The file of a damaged part is removed. With --sink and no other filter, " +
    "alerts that still wait for that sink are given up too: for one that no run has any more. Exits 1 if an id is not there.",
  async run(values, texts, io) {
    const choice = choiceOf(values, texts);
    const dropped = await dropDeadLetters(
      databaseUrlOf(values.database, io.folder),
      choice,
      io.drain,
    );
    const waiting = values.sink === null
      ? ""
      : `, ${formatNumber(dropped.deliveries, "waiting alert")} given up`;
    await writeText(io.stdout, `${formatNumber(dropped.found, "dead letter")} dropped${waiting}\n`);
    io.writeError(missingText(dropped.missing));
    return dropped.missing.length > 0 ? EXIT.incomplete : EXIT.done;
  },
});
