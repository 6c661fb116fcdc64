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
export const HEAP_END: i32 = 160 * 1024 * 1024;

/** Rows that are encoded at once, the numbers of their values, and the same without nulls. */
export const ROWS_MAX: i32 = 64 * 1024;
export const ROWS: i32 = HEAP_END;
export const CODES: i32 = ROWS + ROWS_MAX * 4;
export const INDEXES: i32 = CODES + ROWS_MAX * 4;
/** For each of a column's values its number among those of the rows plus one. */
export const KNOWN: i32 = INDEXES + ROWS_MAX * 4;
export const KNOWN_MAX: i32 = 1024 * 1024;
/** Distinct values of the rows: their places by hash, hashes, starts, and bytes as a plain page has them. */
export const PLACES: i32 = KNOWN + KNOWN_MAX * 4;
export const HASHES: i32 = PLACES + ROWS_MAX * 2 * 4;
export const STARTS: i32 = HASHES + ROWS_MAX * 4;
export const VALUES: i32 = STARTS + (ROWS_MAX + 16) * 4;
export const VALUES_END: i32 = VALUES + 16 * 1024 * 1024;
/** A page that is written. */
export const PAGE: i32 = VALUES_END;
export const PAGE_END: i32 = PAGE + 4 * 1024 * 1024;
/** Rows of a few numbers each, one list of `ROWS_MAX` numbers behind the other. */
export const TUPLES: i32 = PAGE_END;
export const TUPLE_NUMBERS_MAX: i32 = 8;
/** What is decoded. */
export const ROOM: i32 = TUPLES + TUPLE_NUMBERS_MAX * ROWS_MAX * 4;
/** The end of the memory, less what loads of sixteen bytes may reach behind: `deno task kernel` says how large it is. */
export const ROOM_END: i32 = 256 * 1024 * 1024 - 64;
