/** The lake as tables of Amazon Athena. */
export { athenaDdl, type AthenaOptions } from "./ddl.ts";
