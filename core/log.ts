import {
  configureSync,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
  type LogLevel,
  type LogRecord,
  resetSync,
  type TextFormatter,
} from "@logtape/logtape";

/** Levels that `--log-level` takes, quietest last. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

/** A logger of one area; its messages are sentences, its properties the objects they are about. */
export function logOf(area: string): Logger {
  return getLogger(["trailsieve", area]);
}

/** Options of {@linkcode configureLog}. */
export interface LogOptions {
  readonly level: LogLevelName;
  readonly format: "text" | "json";
  readonly colour: boolean;
  /** Takes whole lines; stderr. */
  readonly write: (line: string) => void;
}

/** Sends the logs of all areas to one writer. Without it nothing is logged. */
export function configureLog(options: LogOptions): void {
  const format = options.format === "json"
    ? getJsonLinesFormatter()
    : textFormatter(options.colour);
  configureSync({
    reset: true,
    sinks: { main: (record) => options.write(format(record)) },
    loggers: [
      { category: ["trailsieve"], sinks: ["main"], lowestLevel: options.level as LogLevel },
      { category: ["logtape", "meta"], sinks: ["main"], lowestLevel: "error" },
    ],
  });
}

/** Stops logging; for tests. */
export function resetLog(): void {
  resetSync();
}

const COLOURS: Partial<Record<LogLevel, string>> = {
  debug: "\x1b[2m",
  warning: "\x1b[33m",
  error: "\x1b[31m",
};

function textFormatter(colour: boolean): TextFormatter {
  return (record: LogRecord) => {
    const time = new Date(record.timestamp).toISOString().slice(11, 19);
    const level = record.level === "info" ? "" : `${record.level}: `;
    const text = `${record.category.slice(1).join(" ")}: ${level}${record.message.join("")}`;
    const paint = colour ? COLOURS[record.level] : undefined;
    return `${time} ${paint === undefined ? text : `${paint}${text}\x1b[0m`}\n`;
  };
}
