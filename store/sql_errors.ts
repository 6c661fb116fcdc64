import { TrailsieveError } from "../core/errors.ts";

const ROLLED_BACK = 30;
const CONNECTION_LOST = 300;
const SERVER_STARTING = 1_000;

/**
 * Pauses before the second attempt, in ms, of errors worth one, by SQLSTATE or by the first two characters of its
 * class ("PostgreSQL Error Codes", appendix A of its manual). Everything else is a mistake or a refusal, and
 * stays one.
 */
const RETRY_DELAYS_MS: Readonly<Record<string, number>> = {
  "40001": ROLLED_BACK, // serialization_failure
  "40P01": ROLLED_BACK, // deadlock_detected
  "53300": SERVER_STARTING, // too_many_connections
  "57P01": CONNECTION_LOST, // admin_shutdown
  "57P02": CONNECTION_LOST, // crash_shutdown
  "57P03": SERVER_STARTING, // cannot_connect_now
  "08": CONNECTION_LOST, // connection exceptions
};

const SYSTEM_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** How an error that is worth another attempt is met. */
export interface Retry {
  /** Pause before the second attempt, ms. */
  readonly delayMs: number;
  /** The server does not answer, rather than that it rolled something back. */
  readonly isOutage: boolean;
}

/** How to try again; null if another attempt would be no use. */
export function retryOf(error: unknown): Retry | null {
  if (isConnectionLoss(error)) return { delayMs: CONNECTION_LOST, isOutage: true };
  const code = codeOf(error);
  if (code === null || code.length !== 5) return null;
  const delayMs = RETRY_DELAYS_MS[code] ?? RETRY_DELAYS_MS[code.slice(0, 2)];
  return delayMs === undefined ? null : { delayMs, isOutage: delayMs !== ROLLED_BACK };
}

/** Whether a connection that stood was cut: the server answers, and another connection may do. */
export function isConnectionCut(error: unknown): boolean {
  if (CUT_CODES.has(codeOf(error) ?? "")) return true;
  return error instanceof Error &&
    /^(Connection terminated|Client has encountered a connection error)/.test(error.message);
}

const CUT_CODES = new Set(["57P01", "57P02", "ECONNRESET", "EPIPE"]);

/**
 * The error as the rest of the program knows it. Errors of ours pass through unchanged.
 * @param action what could not be done, as in "Cannot <action>: …"
 */
export function translateSqlError(error: unknown, action: string): TrailsieveError {
  if (error instanceof TrailsieveError) return error;
  const code = codeOf(error);
  const state = messageOf(error);
  const message = `Cannot ${action}: ${state}`;
  if (retryOf(error) !== null) {
    return new TrailsieveError("unreachable", message, {
      cause: error,
      hint: "Check that Postgres runs at the address of --database (DATABASE_URL) and accepts " +
        "connections from here",
    });
  }
  if (code === "3D000") {
    return new TrailsieveError("missing", message, {
      cause: error,
      advice: "stop",
      hint: "Create the database (createdb NAME) or correct its name in --database (DATABASE_URL)",
    });
  }
  if (code?.startsWith("28")) {
    return new TrailsieveError("denied", message, {
      cause: error,
      advice: "stop",
      hint: "Check user and password in --database (DATABASE_URL) and the server's pg_hba.conf",
    });
  }
  if (code === "42501") {
    return new TrailsieveError("denied", message, {
      cause: error,
      advice: "stop",
      hint:
        "Give the user its own database, or run as its owner: GRANT CREATE ON DATABASE name TO " +
        "user; GRANT CREATE ON SCHEMA public TO user",
    });
  }
  return new TrailsieveError("bug", message, { cause: error });
}

function codeOf(error: unknown): string | null {
  if (error === null || typeof error !== "object") return null;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : null;
}

function messageOf(error: unknown): string {
  // Node joins the refusals of all addresses of a host into an error without a message of its own.
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return (error instanceof Error ? error.message || error.name : String(error)).replace(/\.$/, "");
}

function isConnectionLoss(error: unknown): boolean {
  if (SYSTEM_CODES.has(codeOf(error) ?? "")) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionLoss);
  // The driver reports a socket that closed under a query by these sentences, without a code.
  return error instanceof Error &&
    /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/
      .test(error.message);
}
