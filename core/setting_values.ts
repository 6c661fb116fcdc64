/** The kinds of values that settings have: paths, URLs, durations, instants. Each parser throws Error with a reason. */
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `5m`, `6h`, `30d` in milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text);
  if (match === null) {
    throw new Error(`${JSON.stringify(text)} is no duration such as 30s, 5m, 6h or 7d`);
  }
  return Math.round(Number(match[1]) * UNIT_MS[match[2]]);
}

/** A UTC date (its first instant) or an RFC 3339 instant, in milliseconds since the epoch. */
export function parseInstant(text: string): number {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const instant = isDate || isInstant ? Date.parse(isDate ? `${text}T00:00:00Z` : text) : NaN;
  // Date.parse takes 30 February for a day in March.
  const day = text.slice(0, 10);
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  const isReal = !Number.isNaN(dayMs) && new Date(dayMs).toISOString().startsWith(day);
  if (Number.isNaN(instant) || !isReal) {
    throw new Error(
      `${JSON.stringify(text)} is no date (2026-11-21) or instant (2026-11-21T06:00:00Z)`,
    );
  }
  return instant;
}

/** Where a server listens. */
export interface ListenAddress {
  readonly hostname: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** `127.0.0.1:9464`, `[::1]:9464`, or `:9464` for every IPv4 interface. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]*)):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65_535) {
    throw new Error(
      `${
        JSON.stringify(text)
      } is no HOST:PORT such as 127.0.0.1:9464, or :9464 for every interface`,
    );
  }
  return { hostname: match[1] || match[2] || "0.0.0.0", port: Number(match[3]) };
}

/** An instant, or a duration before now. */
export function parseSince(text: string, nowMs: number): number {
  return /^\d+(\.\d+)?[a-z]+$/.test(text) ? nowMs - parseDuration(text) : parseInstant(text);
}

/** The absolute path of a plain path. */
export function parsePath(text: string, folder: string): string {
  if (text.includes("\0")) throw new Error("a path cannot hold NUL");
  return isAbsolute(text) ? resolve(text) : resolve(folder, text);
}

/** The absolute path of `file:///abs` or `file:./rel`, percent-decoded. */
export function parseFileUrl(text: string, folder: string): string {
  const rest = text.slice("file:".length);
  let path: string;
  if (rest.startsWith("//")) {
    const match = /^\/\/(localhost)?(\/.*)$/.exec(rest);
    if (match === null) {
      throw new Error(
        `${JSON.stringify(text)} names a host: write file:///absolute/path or file:./relative/path`,
      );
    }
    path = match[2];
  } else path = rest;
  if (path === "") throw new Error(`${JSON.stringify(text)} names no path`);
  try {
    return parsePath(decodeURIComponent(path), folder);
  } catch (error) {
    if (error instanceof URIError) {
      throw new Error(`${JSON.stringify(text)} is not percent-encoded right`);
    }
    throw error;
  }
}

/** `s3://bucket/prefix/` or a folder as `file:///abs/folder/`, normalized to end in a slash. */
export function parseLocation(text: string, folder: string): string {
  if (text.startsWith("file:")) return folderUrl(parseFileUrl(text, folder));
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(text);
  if (match === null) {
    throw new Error(`${JSON.stringify(text)} is neither s3://bucket/prefix/ nor file:///folder`);
  }
  const [, bucket, prefix = ""] = match;
  return `s3://${bucket}/${prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`}`;
}

/** The `file:` URL of a folder, ending in a slash. */
export function folderUrl(path: string): string {
  const url = pathToFileURL(path).href;
  return url.endsWith("/") ? url : `${url}/`;
}
