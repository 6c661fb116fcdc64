/** Lists of values by placeholder name. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

/** Several placeholders in one value multiply. */
const COMBINATIONS_MAX = 10_000;

/**
 * Replaces each `%name%` by every value of its list; `\%` is a plain percent character, and a percent
 * character that opens no name is one too. The values may hold wildcards.
 * Throws SyntaxError that names a placeholder without a list.
 */
export function expandPlaceholders(value: string, placeholders: Placeholders): string[] {
  let expanded = [""];
  const append = (choices: readonly string[]) => {
    if (expanded.length * choices.length > COMBINATIONS_MAX) {
      throw new SyntaxError(
        `Cannot expand \`${value}\`: more than ${COMBINATIONS_MAX} combinations`,
      );
    }
    expanded = expanded.flatMap((start) => choices.map((choice) => start + choice));
  };
  for (const [token, name] of value.matchAll(/%([\w.-]+)%|\\[^]|[^%\\]+|[^]/g)) {
    if (name === undefined) append([token === "\\%" ? "%" : token]);
    else if (Object.hasOwn(placeholders, name)) append(placeholders[name]);
    else {
      throw new SyntaxError(
        `Cannot expand placeholder \`%${name}%\`: no list of that name is given with --placeholders`,
      );
    }
  }
  return expanded;
}
