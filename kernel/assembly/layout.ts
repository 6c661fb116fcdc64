/**
 * Where things lie in the kernel's memory, in bytes. The memory never grows, since every view of it would be lost, and
 * what nothing was written to takes no room.
 */

/** Tables of members' names, written once by the host. */
export const TABLES: i32 = 64 * 1024;
/** What tells a row's columns apart, written once by the host. */
export const ROW_TABLE: i32 = 96 * 1024;
/** Columns of a row that the host has to set. */
export const LEFT: i32 = 112 * 1024;
/** Fields without a slot: record, start and end of the name, start and end of the value. */
export const ODD: i32 = 128 * 1024;
export const ODD_END: i32 = 256 * 1024;
/** Opened objects and lists of the value that is being passed. */
export const NESTING: i32 = 256 * 1024;
export const NESTING_MAX: i32 = 1024;
/** Spans of a batch's records. Positions in them are counted from LOG. */
export const SPANS: i32 = 512 * 1024;
export const SPANS_END: i32 = 12 * 1024 * 1024;
/** The log file. Behind it lie zeros, so that whatever is open at its end is found unfinished. */
export const LOG: i32 = SPANS_END;
export const LOG_BYTES_MAX: i32 = 16 * 1024 * 1024;
export const LOG_PADDING: i32 = 64;
/** A text that the host made. */
export const TEXT: i32 = LOG + LOG_BYTES_MAX + 64 * 1024;
export const TEXT_BYTES_MAX: i32 = 4 * 1024 * 1024;
/** Columns, 64 bytes each, and behind them what they hold. */
export const COLUMNS: i32 = TEXT + TEXT_BYTES_MAX + 64 * 1024;
export const COLUMNS_END: i32 = COLUMNS + 8 * 1024;
export const HEAP: i32 = COLUMNS_END;
/** The end of the memory: `deno task kernel` says how large it is. */
export const HEAP_END: i32 = 160 * 1024 * 1024;
