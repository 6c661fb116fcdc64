import type { PostTarget } from "./post_json.ts";

/**
 * Reads the URL of a webhook. A name and password in it become an `authorization` header, since `fetch`
 * does not take them in a URL. @returns null unless it is an http or https URL
 */
export function parseTarget(text: string): PostTarget | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  const headers: Record<string, string> = {};
  if (url.username !== "" || url.password !== "") {
    const pair = `${decode(url.username)}:${decode(url.password)}`;
    const bytes = new TextEncoder().encode(pair);
    headers.authorization = `Basic ${bytes.toBase64()}`;
    url.username = "";
    url.password = "";
  }
  return { url: url.href, headers };
}

/** Percent-decodes; a stray `%` stays what it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
