/** The settings of `backfill` and `work` (CONTRACT.md, "Settings"). */
import { RUN_SETTINGS } from "./config.ts";
import { one, switchSetting, wholeNumber } from "./setting_kinds.ts";
import type { SettingValues } from "./settings.ts";
import { parseInstant } from "./setting_values.ts";

/** `backfill`. */
export const BACKFILL_SETTINGS = {
  ...RUN_SETTINGS,
  from: one<number | null>(
    { shape: "DATE", help: "first day or instant, UTC" },
    parseInstant,
    null,
  ),
  to: one<number | null>({ shape: "DATE", help: "end, exclusive, UTC" }, parseInstant, null),
  "dry-run": switchSetting("says what it would read, what that costs and how long it takes"),
  again: switchSetting("reads objects that were read before, for rules that came since"),
  "objects-per-second": one<number | null>(
    { shape: "N", help: "the most objects read in a second, by all replicas (default no limit)" },
    wholeNumber(1, 1_000_000),
    null,
  ),
};

const { accounts: _accounts, regions: _regions, ...READ_SETTINGS } = RUN_SETTINGS;
const { "alert-mode": _alertMode, "alert-since": _alertSince, ...SHARD_SETTINGS } = READ_SETTINGS;

/** `work`: those of a run but for what its planner decides. */
export const WORK_SETTINGS = SHARD_SETTINGS;

export type BackfillSettings = SettingValues<typeof BACKFILL_SETTINGS>;
export type WorkSettings = SettingValues<typeof WORK_SETTINGS>;
