/** An S3 server of our own for tests, `demo` and `bench`; it never holds anything that must last. */
export { startS3Emulator } from "./start_s3_emulator.ts";
export * from "./types.ts";
