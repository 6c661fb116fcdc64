import type { ParquetType } from "hyparquet";
import type { Column, ColumnType } from "./columns.ts";
import { CONVERTED_TYPES, PARQUET_TYPES, REPETITION } from "./enums.ts";
import type { ThriftWriter } from "./thrift.ts";

/** How Parquet stores each type. JSON is plain UTF-8, so that no reader parses and rewrites it. */
export const PHYSICAL_TYPES = {
  timestamp: "INT64",
  int64: "INT64",
  string: "BYTE_ARRAY",
  json: "BYTE_ARRAY",
  bool: "BOOLEAN",
} as const satisfies Record<ColumnType, ParquetType>;

/** Writes a column's `SchemaElement` (parquet.thrift of apache/parquet-format). */
export function writeColumnSchema(thrift: ThriftWriter, { name, type, required }: Column): void {
  thrift.i32(1, PARQUET_TYPES[PHYSICAL_TYPES[type]]);
  thrift.i32(3, required ? REPETITION.REQUIRED : REPETITION.OPTIONAL);
  thrift.binary(4, name);
  switch (type) {
    case "timestamp":
      thrift.i32(6, CONVERTED_TYPES.TIMESTAMP_MILLIS);
      // TIMESTAMP adjusted to UTC, without which DuckDB takes it for local time; its unit is MILLIS.
      thrift.struct(10, () =>
        thrift.struct(8, () => {
          thrift.bool(1, true);
          thrift.struct(2, () => thrift.struct(1, () => {}));
        }));
      break;
    case "string":
    case "json":
      thrift.i32(6, CONVERTED_TYPES.UTF8);
      // STRING
      thrift.struct(10, () => thrift.struct(1, () => {}));
      break;
    case "bool":
    case "int64":
      break;
    default:
      throw type satisfies never;
  }
}
