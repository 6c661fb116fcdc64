import { TrailsieveError } from "../core/errors.ts";
import { type Partition, PARTITIONS } from "./partitions.ts";
import type { TrailOptions } from "./types.ts";

const DEFAULT_START_AT = Date.UTC(2026, 2, 2);
const EVENTS_PER_DAY = 150_000;

/** The options with every default filled in. */
export type TrailSettings =
  & Required<Omit<TrailOptions, "partition" | "organizationId" | "bucket">>
  & Pick<TrailOptions, "organizationId" | "bucket">
  & { readonly partition: Partition };

/** Fills in defaults. Throws TrailsieveError `usage` that names the option and its bounds. */
export function readOptions(options: TrailOptions): TrailSettings {
  const { seed, events } = options;
  requireInteger("seed", seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  requireInteger("events", events, 0, 1_000_000_000);
  const partition = PARTITIONS[options.partition ?? "aws"];
  const settings: TrailSettings = {
    seed,
    events,
    startAt: options.startAt ?? DEFAULT_START_AT,
    days: options.days ?? Math.min(30, Math.max(2, Math.ceil(events / EVENTS_PER_DAY))),
    accounts: options.accounts ?? 24,
    regions: options.regions ?? partition.defaultRegions,
    stories: options.stories ?? true,
    fileEventsMax: options.fileEventsMax ?? 10_000,
    gzipLevel: options.gzipLevel ?? 6,
    organizationId: options.organizationId,
    bucket: options.bucket,
    partition,
  };
  // The latest start leaves room for the longest trail before the end of year 9999.
  requireInteger("startAt", settings.startAt, 0, Date.UTC(9990, 0, 1));
  requireInteger("days", settings.days, 1, 3650);
  requireInteger("accounts", settings.accounts, 6, 400);
  requireInteger("fileEventsMax", settings.fileEventsMax, 1, 100_000);
  requireInteger("gzipLevel", settings.gzipLevel, 1, 9);
  if (settings.regions.length === 0) {
    throw new TrailsieveError("usage", "Cannot generate a trail: regions is an empty list");
  }
  return settings;
}

function requireInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new TrailsieveError(
    "usage",
    `Cannot generate a trail: ${name} is ${value}, not an integer from ${least} to ${most}`,
  );
}
