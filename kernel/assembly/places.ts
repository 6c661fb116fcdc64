/** Tells the host where things lie. */
import * as layout from "./layout";

export function tables(): i32 {
  return layout.TABLES;
}
export function rowTable(): i32 {
  return layout.ROW_TABLE;
}
export function left(): i32 {
  return layout.LEFT;
}
export function odd(): i32 {
  return layout.ODD;
}
export function spans(): i32 {
  return layout.SPANS;
}
export function log(): i32 {
  return layout.LOG;
}
export function logBytesMax(): i32 {
  return layout.LOG_BYTES_MAX;
}
export function spansEnd(): i32 {
  return layout.SPANS_END;
}
export function text(): i32 {
  return layout.TEXT;
}
export function textBytesMax(): i32 {
  return layout.TEXT_BYTES_MAX;
}
export function oddEnd(): i32 {
  return layout.ODD_END;
}
export function rowsMax(): i32 {
  return layout.ROWS_MAX;
}
export function rows(): i32 {
  return layout.ROWS;
}
export function codes(): i32 {
  return layout.CODES;
}
export function indexes(): i32 {
  return layout.INDEXES;
}
export function knownMax(): i32 {
  return layout.KNOWN_MAX;
}
export function starts(): i32 {
  return layout.STARTS;
}
export function values(): i32 {
  return layout.VALUES;
}
export function page(): i32 {
  return layout.PAGE;
}
export function pageEnd(): i32 {
  return layout.PAGE_END;
}
export function tuples(): i32 {
  return layout.TUPLES;
}
export function room(): i32 {
  return layout.ROOM;
}
export function roomEnd(): i32 {
  return layout.ROOM_END;
}
