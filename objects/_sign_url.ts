import { createHmac, hash } from "node:crypto";

/** Whose name a URL is signed in. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const UNSIGNED = "UNSIGNED-PAYLOAD";

/** What stays the same for all URLs that are signed in one second with the same keys and headers. */
interface Frame {
  readonly keys: SigningKeys;
  readonly second: number;
  readonly headerNames: string;
  readonly signingKey: Uint8Array;
  /** Begins what is signed, up to the hash of the request. */
  readonly intro: string;
  /** The query without its signature. */
  readonly query: string;
}

/**
 * Signs GETs of S3 by query ("Authenticating requests: using query parameters", S3 API reference) for one host and
 * region. All but two hashes is done once a second.
 */
export class UrlSigner {
  readonly #region: string;
  readonly #host: string;
  readonly #expires: number;
  #frame: Frame | null = null;

  /** @param expires for how many seconds a URL is good */
  constructor(region: string, host: string, expires: number) {
    this.#region = region;
    this.#host = host;
    this.#expires = expires;
  }

  /**
   * @param path as it is sent, encoded as RFC 3986 says, slashes left
   * @param headers what the request carries beside `host`, by names in lower case
   * @returns the query that signs the request
   */
  sign(
    path: string,
    headers: Readonly<Record<string, string>>,
    keys: SigningKeys,
    now: number,
  ): string {
    const names = [...Object.keys(headers), "host"].sort();
    const frame = this.#frameOf(names.join(";"), keys, Math.floor(now / 1000));
    const lines = names.map((name) => {
      const value = name === "host" ? this.#host : headers[name];
      return `${name}:${value.trim().replace(/\s+/g, " ")}\n`;
    });
    const request = `GET\n${path}\n${frame.query}\n${
      lines.join("")
    }\n${frame.headerNames}\n${UNSIGNED}`;
    const signature = createHmac("sha256", frame.signingKey)
      .update(frame.intro + hash("sha256", request, "hex")).digest("hex");
    return `${frame.query}&X-Amz-Signature=${signature}`;
  }

  #frameOf(headerNames: string, keys: SigningKeys, second: number): Frame {
    const last = this.#frame;
    if (
      last !== null && last.keys === keys && last.second === second &&
      last.headerNames === headerNames
    ) return last;
    const at = `${new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
    const day = at.slice(0, 8);
    const scope = `${day}/${this.#region}/s3/aws4_request`;
    // In the order of their names, as what is signed must be.
    const parameters = [
      ["X-Amz-Algorithm", ALGORITHM],
      ["X-Amz-Content-Sha256", UNSIGNED],
      ["X-Amz-Credential", `${keys.accessKeyId}/${scope}`],
      ["X-Amz-Date", at],
      ["X-Amz-Expires", String(this.#expires)],
      ...(keys.sessionToken === undefined ? [] : [["X-Amz-Security-Token", keys.sessionToken]]),
      ["X-Amz-SignedHeaders", headerNames],
    ];
    return this.#frame = {
      keys,
      second,
      headerNames,
      signingKey: [day, this.#region, "s3", "aws4_request"].reduce<string | Uint8Array>(
        (key, part) => createHmac("sha256", key).update(part).digest(),
        `AWS4${keys.secretAccessKey}`,
      ) as Uint8Array,
      intro: `${ALGORITHM}\n${at}\n${scope}\n`,
      query: parameters.map(([name, value]) => `${name}=${encodeRfc3986(value)}`).join("&"),
    };
  }
}

/** RFC 3986's encoding, which SigV4 demands: everything but letters, digits and `-._~`. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
