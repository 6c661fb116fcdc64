import { redriveDeadLetters } from "../coordinator/mod.ts";
import { databaseUrlOf } from "../core/config.ts";
import { DEADLETTERS_TEND_SETTINGS } from "../core/deadletters_config.ts";
import { defineCommand } from "./command.ts";
import { choiceOf } from "./deadletter_choice.ts";
import { EXIT } from "./exit_codes.ts";
import { missingText, redrivenText } from "./format_dead_letters.ts";
import { writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: DEADLETTERS_TEND_SETTINGS,
  positionals: ["[ID…]"],
  description:
    "Puts dead letters back to work, with fresh attempts, and forgets them. Objects, those of rejected records and " +
    "those of damaged parts are read again by the next poll over the same --source, or by one that runs; nothing " +
    "that they hold is stored or alerted twice. Deliveries are tried again. What fails again is a dead letter again. " +
    "Exits 1 if an id is not there.",
  async run(values, texts, io) {
    const choice = choiceOf(values, texts);
    const url = databaseUrlOf(values.database, io.folder);
    const redriven = await redriveDeadLetters(url, choice, io.drain);
    await writeText(io.stdout, redrivenText(redriven));
    io.writeError(missingText(redriven.missing));
    return redriven.missing.length > 0 ? EXIT.incomplete : EXIT.done;
  },
});
