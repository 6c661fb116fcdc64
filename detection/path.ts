import { INDEX_FIELDS } from "./index_fields.ts";

/** A dotted path, taken apart once for all events. */
export interface Path {
  readonly segments: readonly string[];
  /** Names that a top-level field could have: the first one, two … segments, joined. */
  readonly heads: readonly string[];
  /** Its place in what an event remembers; -1 where it is not to be remembered. */
  readonly slot: number;
  /** Its place in `INDEX_FIELDS`; -1 where it is none of them. */
  readonly indexPlace: number;
}

/** Rules name a few hundred paths; one that makes paths up must not fill memory. */
const PATHS_MAX = 10_000;
const paths = new Map<string, Path>();

/** The path of a text; equal texts give the same path. */
export function pathOf(text: string): Path {
  const known = paths.get(text);
  if (known !== undefined) return known;
  const segments = text.split(".");
  const heads = segments.map((_, i) => segments.slice(0, i + 1).join("."));
  const indexPlace = INDEX_FIELDS.findIndex((field) => field === text);
  if (paths.size >= PATHS_MAX) return { segments, heads, slot: -1, indexPlace };
  const path: Path = { segments, heads, slot: paths.size, indexPlace };
  paths.set(text, path);
  return path;
}
