import { assertEquals, assertNotEquals } from "@std/assert";
import { S3Client } from "@aws-sdk/client-s3";
import { S3RequestPresigner } from "@aws-sdk/s3-request-presigner";
import { encodeRfc3986, type SigningKeys, UrlSigner } from "./_sign_url.ts";

const HOST = "trail.s3.eu-west-1.amazonaws.com";
const AT = Date.UTC(2026, 10, 21, 20, 15, 59);

/** The parameters that the SDK's signer gives, by name. */
async function signedBySdk(
  path: string,
  headers: Readonly<Record<string, string>>,
  keys: SigningKeys,
  at: number,
): Promise<Record<string, string>> {
  const client = new S3Client({ region: "eu-west-1", credentials: keys });
  const signer = new S3RequestPresigner({
    region: "eu-west-1",
    credentials: keys,
    sha256: client.config.sha256,
  });
  client.destroy();
  const { query } = await signer.presign({
    method: "GET",
    protocol: "https:",
    hostname: HOST,
    path,
    query: {},
    headers: { ...headers, host: HOST },
  }, { expiresIn: 1800, signingDate: new Date(at) });
  return query as Record<string, string>;
}

function parametersOf(query: string): Record<string, string> {
  return Object.fromEntries(
    query.split("&").map((pair) => pair.split("=").map(decodeURIComponent)),
  );
}

Deno.test("UrlSigner.sign() gives the SDK's signature, for any key, header, keys and time", async () => {
  const signer = new UrlSigner("eu-west-1", HOST, 1800);
  const own: SigningKeys = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "wJalr/K7+b=" };
  const role: SigningKeys = {
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: "other",
    sessionToken: "FwoG+/token== with a space",
  };
  const headerSets: Record<string, string>[] = [
    {},
    { "if-match": '"0123"' },
    { "range": " bytes=0-1,  5-6 ", "if-match": "e" },
  ];
  const cases = [];
  for (const key of ["a", "a b/c+%é", "AWSLogs/1/x.json.gz", "!'()*~-._", "a//b"]) {
    for (const headers of headerSets) {
      for (const at of [AT, AT + 1000, AT + 86_400_000]) {
        for (const keys of [own, role]) cases.push({ key, headers, keys, at });
      }
    }
  }
  for (const { key, headers, keys, at } of cases) {
    const path = `/${key.split("/").map(encodeRfc3986).join("/")}`;
    const ours = parametersOf(signer.sign(path, headers, keys, at));
    assertEquals(ours, { ...await signedBySdk(path, headers, keys, at) }, JSON.stringify(key));
  }
});

Deno.test("UrlSigner.sign() signs anew with other keys of the same second", () => {
  const signer = new UrlSigner("eu-west-1", HOST, 1800);
  const keys = { accessKeyId: "A", secretAccessKey: "s" };
  const one = signer.sign("/k", {}, keys, AT);
  assertEquals(signer.sign("/k", {}, keys, AT + 999), one);
  assertNotEquals(signer.sign("/k", {}, { ...keys, secretAccessKey: "t" }, AT), one);
});
