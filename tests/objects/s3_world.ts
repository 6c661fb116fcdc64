/** What the tests on S3's failures share: an emulator whose faults they set. */
import { assertEquals, assertRejects } from "@std/assert";
import { type ErrorCode, TrailsieveError } from "../../core/errors.ts";
import type { RequestCounts } from "../../core/types.ts";
import { type S3Emulator, type S3EmulatorOptions, startS3Emulator } from "../../emulator/mod.ts";
import { type LakeStore, openLake, openSource, type Source } from "../../objects/mod.ts";

/** The emulator's key pair. */
export const KEYS = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret/with+slash" };
/** UTF-8. */
export const bytes = (text: string) => new TextEncoder().encode(text);

/** An emulator with a source and a lake on it. */
export interface World extends AsyncDisposable {
  readonly s3: S3Emulator;
  readonly source: Source;
  readonly lake: LakeStore;
  readonly requests: RequestCounts;
}

/** What a process would need to reach the emulator. */
export function environment(s3: S3Emulator): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: s3.url,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
}

/** An emulator with a source at `s3://trail/logs/` and a lake at `s3://lake/`. */
export async function build(options: Partial<S3EmulatorOptions> = {}): Promise<World> {
  const s3 = await startS3Emulator({ ...KEYS, buckets: ["trail", "lake"], ...options });
  const requests = { list: 0, get: 0, put: 0 };
  const env = environment(s3);
  const source = await openSource("s3://trail/logs/", { env, requests });
  const lake = await openLake("s3://lake/", { env, requests });
  Object.assign(requests, { list: 0, get: 0, put: 0 });
  s3.resetRequests();
  return {
    s3,
    source,
    lake,
    requests,
    async [Symbol.asyncDispose]() {
      await source.close();
      await lake.close();
      await s3[Symbol.asyncDispose]();
    },
  };
}

/** The TrailsieveError of this code that the call must reject with. */
export async function thrown(
  call: () => Promise<unknown>,
  code: ErrorCode,
): Promise<TrailsieveError> {
  const error = await assertRejects(call, TrailsieveError);
  assertEquals(error.code, code, error.message);
  return error;
}
