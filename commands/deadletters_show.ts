import { showDeadLetter } from "../coordinator/mod.ts";
import { databaseUrlOf } from "../core/config.ts";
import { DEADLETTERS_SHOW_SETTINGS } from "../core/deadletters_config.ts";
import { TrailsieveError } from "../core/errors.ts";
import { defineCommand } from "./command.ts";
import { parseIds } from "./deadletter_choice.ts";
import { EXIT } from "./exit_codes.ts";
import { wholeLetterJson, wholeLetterText } from "./format_dead_letters.ts";
import { writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: DEADLETTERS_SHOW_SETTINGS,
  positionals: ["ID"],
  description:
    "Shows one dead letter with all that is kept of it: the text of a record that is no event, the alert that a " +
    "sink did not take. Exits 1 if there is none of this id.",
  async run(values, [text], io) {
    if (text === undefined) {
      throw new TrailsieveError("usage", "the id is missing", {
        hint: "For example: deadletters show 17",
      });
    }
    const [id] = parseIds([text]);
    const letter = await showDeadLetter(databaseUrlOf(values.database, io.folder), id);
    if (letter === null) {
      io.writeError(`There is no dead letter ${id}.\n`);
      return EXIT.incomplete;
    }
    await writeText(
      io.stdout,
      values.format === "json" ? wholeLetterJson(letter) : wholeLetterText(letter),
    );
    return EXIT.done;
  },
});
