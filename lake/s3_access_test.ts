import { assertEquals } from "@std/assert";
import { s3Secret } from "./s3_access.ts";

Deno.test("s3Secret() takes key, region and endpoint from the SDK's variables, quoted", () => {
  assertEquals(
    s3Secret({
      AWS_ACCESS_KEY_ID: "AKIA",
      AWS_SECRET_ACCESS_KEY: "it's",
      AWS_SESSION_TOKEN: "t",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_ENDPOINT_URL: "http://127.0.0.1:9000/",
    }),
    "CREATE SECRET lake (TYPE s3, KEY_ID 'AKIA', SECRET 'it''s', SESSION_TOKEN 't', " +
      "REGION 'eu-west-1', ENDPOINT '127.0.0.1:9000', URL_STYLE 'path', USE_SSL false)",
  );
});

Deno.test("s3Secret() prefers S3's own endpoint, and is anonymous without a key", () => {
  assertEquals(
    s3Secret({ AWS_ENDPOINT_URL_S3: "https://s3.example", AWS_ENDPOINT_URL: "http://other" }),
    "CREATE SECRET lake (TYPE s3, ENDPOINT 's3.example', URL_STYLE 'path', USE_SSL true)",
  );
  assertEquals(s3Secret({ AWS_ACCESS_KEY_ID: "" }), "CREATE SECRET lake (TYPE s3)");
});
