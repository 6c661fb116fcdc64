import { testLake } from "../../objects/lake_contract.ts";
import { startS3 } from "./s3_fixture.ts";

testLake("openLake(s3:)", async () => {
  const s3 = await startS3();
  return {
    url: `s3://${s3.bucket}/lake + %`,
    env: s3.env,
    [Symbol.asyncDispose]: () => s3[Symbol.asyncDispose](),
  };
});
