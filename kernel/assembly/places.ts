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
