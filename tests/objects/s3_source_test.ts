import { startS3 } from "./s3_fixture.ts";
import { testSource } from "../../objects/source_contract.ts";

const PREFIX = "trail/o-1 +%/";

testSource("openSource(s3:)", async () => {
  const s3 = await startS3();
  return {
    url: `s3://${s3.bucket}/${PREFIX.slice(0, -1)}`,
    missingUrl: `s3://${s3.bucket}-absent/`,
    env: s3.env,
    put: (key, bytes) => s3.put(PREFIX + key, bytes),
    remove: (key) => s3.remove(PREFIX + key),
    [Symbol.asyncDispose]: () => s3[Symbol.asyncDispose](),
  };
});
