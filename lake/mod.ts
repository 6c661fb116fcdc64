/** SQL over the lake; the only room with DuckDB. */
export {
  bindParameters,
  findNamedQuery,
  listNamedQueries,
  type NamedQuery,
  type QueryParameter,
} from "./named_query.ts";
export { type QueryFormat, type QueryOptions, type QuerySummary, runQuery } from "./query.ts";
