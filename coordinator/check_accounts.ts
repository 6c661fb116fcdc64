import { TrailsieveError } from "../core/errors.ts";
import type { PrefixPlace } from "../core/key_places.ts";
import type { BackfillSettings } from "../core/backfill_config.ts";
import { logOf } from "../core/log.ts";
import { openSource, type Source } from "../objects/mod.ts";
import { findBases } from "./find_bases.ts";
import type { ProcessAccess } from "./open_run.ts";

/** Accounts that the error names. */
const NAMED_MAX = 10;

const log = logOf("list");

/** Accounts of a trail beside those that a run names. */
interface Presence {
  readonly present: readonly string[];
  readonly absent: readonly string[];
}

/** Looks which of the named accounts a trail has; null where its layout does not show accounts. */
async function presenceOf(
  sources: readonly Source[],
  accounts: readonly string[],
  signal: AbortSignal,
): Promise<Presence | null> {
  const present = new Set<string>();
  for (const source of sources) {
    const wants = (place: PrefixPlace) => {
      if (place.account !== null) present.add(place.account);
      return place.account === null;
    };
    for await (const found of findBases(source, { signal, wants })) {
      if (found.kind === "flat") return null;
    }
  }
  const absent = accounts.filter((account) => !present.has(account));
  return { present: [...present].sort(), absent };
}

function noAccount({ present, absent }: Presence): TrailsieveError {
  const more = present.length > NAMED_MAX ? ` and ${present.length - NAMED_MAX} more` : "";
  return new TrailsieveError(
    "usage",
    `--accounts: the trail has no account ${absent.join(", ")}`,
    {
      hint: present.length === 0
        ? "It has no folders of accounts: is the source's prefix right?"
        : `It has ${present.slice(0, NAMED_MAX).join(", ")}${more}`,
    },
  );
}

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
  const presence = await presenceOf(sources, accounts, signal);
  if (presence !== null && presence.absent.length > 0) throw noAccount(presence);
}

/** Opens a run's sources, checks the accounts that are named, and closes them: before anything else is touched. */
export async function checkTrail(
  settings: Pick<BackfillSettings, "source" | "accounts">,
  access: Pick<ProcessAccess, "env">,
  signal: AbortSignal,
): Promise<void> {
  await withSources(
    settings,
    access,
    (sources) => checkAccounts(sources, settings.accounts, signal),
  );
}

/**
 * The same for a run that follows a trail, where accounts may come later: it is refused if the trail has accounts,
 * but none that is named; of some that are absent it is told. A source that cannot be listed is judged by the pass.
 */
export async function checkFollowedTrail(
  settings: Pick<BackfillSettings, "source" | "accounts">,
  access: Pick<ProcessAccess, "env">,
  signal: AbortSignal,
): Promise<void> {
  const { accounts } = settings;
  const presence = await withSources(
    settings,
    access,
    (sources) => presenceOf(sources, accounts, signal),
  ).catch((error) => {
    if (error instanceof TrailsieveError && error.code !== "usage") return null;
    throw error;
  });
  if (presence === null || presence.present.length === 0 || presence.absent.length === 0) return;
  if (presence.absent.length === accounts.length) throw noAccount(presence);
  const absent = presence.absent.join(", ");
  log.warn(`The trail has no account ${absent} yet: it is read when it appears`);
}

/** Opens the sources for a look, if accounts are named; else null. */
async function withSources<T>(
  settings: Pick<BackfillSettings, "source" | "accounts">,
  access: Pick<ProcessAccess, "env">,
  look: (sources: readonly Source[]) => Promise<T>,
): Promise<T | null> {
  if (settings.accounts.length === 0) return null;
  await using stack = new AsyncDisposableStack();
  const sources: Source[] = [];
  for (const url of settings.source) {
    const requests = { list: 0, get: 0, put: 0 };
    const source = await openSource(url, { env: access.env, requests });
    stack.defer(() => source.close());
    sources.push(source);
  }
  return await look(sources);
}
