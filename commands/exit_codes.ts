import { type ErrorCode, TrailsieveError } from "../core/errors.ts";

/** Exit codes (CONTRACT.md, "Streams, signals, exit codes"). */
export const EXIT = {
  done: 0,
  incomplete: 1,
  usage: 2,
  unreachable: 3,
  sigint: 130,
  sigterm: 143,
} as const;

const UNREACHABLE: ReadonlySet<ErrorCode> = new Set(
  ["unreachable", "denied", "missing", "throttled", "expired", "locked"] satisfies ErrorCode[],
);

/** The exit code that an error ends the program with. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof TrailsieveError)) return EXIT.incomplete;
  if (error.code === "usage") return EXIT.usage;
  return UNREACHABLE.has(error.code) ? EXIT.unreachable : EXIT.incomplete;
}
