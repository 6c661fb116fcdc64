import type { Source } from "../objects/mod.ts";

/** The source of a shard, or the one that it lies below: a narrower one that another run had. */
export function readerOf(sourceUrl: string, sources: ReadonlyMap<string, Source>): Source {
  const above = [...sources.values()].filter(({ url }) => sourceUrl.startsWith(url));
  return above.reduce((one, other) => one.url.length >= other.url.length ? one : other);
}

/** The prefix of a shard's source, whoever reads it: names above it say nothing of its objects. */
export function prefixOf(sourceUrl: string, reader: Source): string {
  const below = sourceUrl.slice(reader.url.length);
  return reader.prefix + (reader.kind === "file" ? decodeURIComponent(below) : below);
}
