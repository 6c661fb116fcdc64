import { isYear } from "../core/key_places.ts";
import { LIMITS } from "../core/limits.ts";

/** One level of a source, as a delimiter listing found it. */
export interface Level {
  /** The prefix that was listed, and the one of the source it belongs to. */
  readonly prefix: string;
  readonly sourcePrefix: string;
  /** Whole prefixes one level down. */
  readonly children: readonly string[];
  /** Objects on the level itself, markers of folders left out. */
  readonly objectCount: number;
}

/** What lies below a level. */
export interface LevelKind {
  /** Folders of years: with those of months and days below, the level is a dated base. */
  readonly isBase: boolean;
  /** Children to look into, years left out. */
  readonly folders: readonly string[];
  /** Whether the level itself has to be looked at again: something but years may appear on it. */
  readonly isFolder: boolean;
  /**
   * So deep or so wide without the look of CloudTrail's layout that going down would never end. Whoever sees it
   * lists everything below in one, unless the first key below the first folder has the layout all the same.
   */
  readonly isEndless: boolean;
}

/** Judges a level by the names on it; no table of accounts, regions or services. */
export function classifyLevel({ prefix, sourcePrefix, children, objectCount }: Level): LevelKind {
  const years = children.filter((child) => isYear(child.slice(prefix.length)));
  const folders = children.filter((child) => !isYear(child.slice(prefix.length)));
  const others = folders.filter((child) => !isAccountLike(child.slice(prefix.length)));
  return {
    isBase: years.length > 0,
    folders,
    isFolder: years.length === 0 || folders.length > 0 || objectCount > 0,
    isEndless: others.length > LIMITS.levelFoldersMax ||
      (folders.length > 0 && depthOf(prefix, sourcePrefix) >= LIMITS.levelDepthMax),
  };
}

/** Accounts and organizations: there may be any number of them. */
function isAccountLike(name: string): boolean {
  return /^(\d{12}|o-[a-z0-9]+)\/$/.test(name);
}

/** Levels below `AWSLogs/`, or below the source where that is not on the way. */
function depthOf(prefix: string, sourcePrefix: string): number {
  const at = prefix.lastIndexOf("AWSLogs/");
  const below = at < 0 ? prefix.slice(sourcePrefix.length) : prefix.slice(at);
  return below.split("/").length - 1;
}
