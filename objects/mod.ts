/** Where trails are read and lakes are kept: buckets and local folders. The only room with the AWS SDK. */
export { openLake, openSource } from "./open.ts";
export * from "./types.ts";
