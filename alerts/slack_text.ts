/**
 * Text for Slack's mrkdwn. Three characters are escaped, as "Formatting text for app surfaces" asks
 * (docs.slack.dev): `<` would otherwise start a mention such as `<!channel>` or a link of an attacker's choice.
 */

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * Escapes text and cuts it to `charactersMax` UTF-16 units, with `…` where something is missing. Control
 * characters, line ends among them, become spaces, so that a value cannot pretend to be a further field.
 */
export function escapeText(text: string, charactersMax: number): string {
  let out = "";
  let fits = 0;
  for (const character of text.toWellFormed()) {
    // A cut has to leave room for the sign that says so, and never divides an escape or a character.
    if (out.length <= charactersMax - 1) fits = out.length;
    out += ESCAPES[character] ?? (isControl(character) ? " " : character);
    if (out.length > charactersMax) return `${out.slice(0, fits)}…`;
  }
  return out;
}

/** Escaped text in the type of code, in which no mark-up counts; a backtick, which would end it, is replaced. */
export function codeText(text: string, charactersMax: number): string {
  const inner = escapeText(text.replaceAll("`", "'"), charactersMax - 2);
  return inner.trim() === "" ? "(empty)" : `\`${inner}\``;
}

/** A link, or null unless the text is an http(s) URL that fits. */
export function linkText(text: string, charactersMax: number): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  const href = url.href.replace(/[|<>`]/g, (mark) => encodeURIComponent(mark))
    .replaceAll("&", "&amp;");
  return href.length + 2 <= charactersMax ? `<${href}>` : null;
}

function isControl(character: string): boolean {
  const unit = character.charCodeAt(0);
  return unit < 0x20 || unit === 0x7f || unit === 0x2028 || unit === 0x2029;
}
