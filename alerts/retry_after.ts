import { DAY_MS } from "../core/hours.ts";

/**
 * Milliseconds that a `Retry-After` header asks to wait: whole seconds or an HTTP date (RFC 9110, 10.2.3).
 * @returns 0 for a date gone by, at most a day, undefined where the header is absent or unreadable
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  let waitMs = NaN;
  if (/^\d+$/.test(text)) waitMs = Number(text) * 1000;
  // Every form of an HTTP date starts with the day's name; Date.parse alone would take much else.
  else if (/^[A-Z][a-z]{2}/.test(text)) waitMs = Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), DAY_MS);
}
