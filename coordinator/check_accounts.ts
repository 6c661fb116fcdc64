import { TrailsieveError } from "../core/errors.ts";
import type { PrefixPlace } from "../core/key_places.ts";
import type { BackfillSettings } from "../core/backfill_config.ts";
import { openSource, type Source } from "../objects/mod.ts";
import { findBases } from "./find_bases.ts";
import type { ProcessAccess } from "./open_run.ts";

/** Accounts that the error names. */
const NAMED_MAX = 10;

/**
 * Throws TrailsieveError `usage` if accounts are named that no source has a folder of, and says which there are.
 * A source whose layout does not show accounts is not judged. Rejects like `Source.listLevel`.
 */
export async function checkAccounts(
  sources: readonly Source[],
  accounts: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (accounts.length === 0) return;
  const present = new Set<string>();
  for (const source of sources) {
    const wants = (place: PrefixPlace) => {
      if (place.account !== null) present.add(place.account);
      return place.account === null;
    };
    for await (const found of findBases(source, { signal, wants })) {
      if (found.kind === "flat") return;
    }
  }
  const absent = accounts.filter((account) => !present.has(account));
  if (absent.length === 0) return;
  const named = [...present].sort();
  const more = named.length > NAMED_MAX ? ` and ${named.length - NAMED_MAX} more` : "";
  throw new TrailsieveError(
    "usage",
    `--accounts: the trail has no account ${absent.join(", ")}`,
    {
      hint: named.length === 0
        ? "It has no folders of accounts: is the source's prefix right?"
        : `It has ${named.slice(0, NAMED_MAX).join(", ")}${more}`,
    },
  );
}

/** Opens a run's sources, checks the accounts that are named, and closes them: before anything else is touched. */
export async function checkTrail(
  settings: Pick<BackfillSettings, "source" | "accounts">,
  access: Pick<ProcessAccess, "env">,
  signal: AbortSignal,
): Promise<void> {
  if (settings.accounts.length === 0) return;
  await using stack = new AsyncDisposableStack();
  const sources: Source[] = [];
  for (const url of settings.source) {
    const requests = { list: 0, get: 0, put: 0 };
    const source = await openSource(url, { env: access.env, requests });
    stack.defer(() => source.close());
    sources.push(source);
  }
  await checkAccounts(sources, settings.accounts, signal);
}
