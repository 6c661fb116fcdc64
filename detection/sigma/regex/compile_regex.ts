import { Automaton } from "./automaton.ts";
import { parseRegex } from "./parse_regex.ts";
import { buildProgram } from "./program.ts";

/**
 * A test whether a regular expression matches anywhere in a text, in time linear in the text. Nothing
 * backtracks, so no expression can be made slow by what an attacker writes.
 * Throws SyntaxError with a sentence for what cannot be run so.
 * @param flags of `i`, `m` and `s`
 */
export function compileRegex(source: string, flags: string): (text: string) => boolean {
  const automaton = new Automaton(buildProgram(parseRegex(source, flags)));
  return (text) => automaton.test(text);
}
