/** Numbers as text, compared without losing digits. */

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;
const INTEGER = /^-?\d+$/;
/** Longer texts are no numbers that a rule could mean, and would cost time to read. */
const LENGTH_MAX = 400;
/** Integers of up to this many digits are exact as they are. */
const SAFE_DIGITS = 15;

/** Whether a text is a decimal number, with fraction and exponent where they are. */
export function isNumber(text: string): boolean {
  return text.length <= LENGTH_MAX && NUMBER.test(text);
}

/** Negative, zero or positive, as for sorting. Both must be numbers by `isNumber`. */
export function compareNumbers(a: string, b: string): number {
  const short = a.length <= SAFE_DIGITS && b.length <= SAFE_DIGITS;
  if (!short && INTEGER.test(a) && INTEGER.test(b)) {
    const x = BigInt(a);
    const y = BigInt(b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return Number(a) - Number(b);
}
