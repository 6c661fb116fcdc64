// deno-lint-ignore no-control-regex
const SPECIAL = /[&<>"\u0000-\u001f\u007f\ufffe\uffff]/;
const SPECIALS = new RegExp(SPECIAL, "g");
const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text of an XML element; control characters become references, as S3 writes them. */
export function escapeXml(text: string): string {
  // A page of a listing has thousands of texts, hardly one of which needs escaping.
  if (!SPECIAL.test(text)) return text;
  return text.replace(SPECIALS, (c) => NAMED[c] ?? `&#x${c.charCodeAt(0).toString(16)};`);
}

/** The opposite of {@linkcode escapeXml}, with decimal references as well. */
export function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(amp|lt|gt|quot|apos));/g,
    (_, hex, dec, name) => {
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
      if (dec !== undefined) return String.fromCodePoint(parseInt(dec, 10));
      return { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }[name as string]!;
    },
  );
}

export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

export function xmlDocument(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

/** The texts of all elements of this name, unescaped. Enough for requests, whose elements never nest alike. */
export function elementTexts(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`, "g");
  return [...xml.matchAll(pattern)].map((match) => unescapeXml(match[1]));
}

/** Bodies of all elements of this name, as XML. */
export function elementBodies(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "g");
  return [...xml.matchAll(pattern)].map((match) => match[1]);
}

export function xmlResponse(body: string, headers: Record<string, string> = {}): Response {
  return new Response(xmlDocument(body), {
    headers: { "content-type": "application/xml", ...headers },
  });
}
