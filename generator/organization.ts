import type { Partition } from "./partitions.ts";
import { Prng } from "./prng.ts";
import {
  randomAddress,
  randomAlphanumeric,
  randomDigits,
  randomHex,
  randomUuid,
} from "./random_text.ts";

/** What an account is for; it decides who works in it and how much. */
export type AccountKind =
  | "management"
  | "log-archive"
  | "security"
  | "network"
  | "production"
  | "staging"
  | "development"
  | "sandbox";

/** A member of the organization. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly kind: AccountKind;
  /** Share of the organization's events. */
  readonly weight: number;
  /** In use, busiest first. */
  readonly regions: readonly string[];
  /** The application it serves, e.g. `checkout`. */
  readonly app: string;
  readonly buckets: readonly string[];
  readonly functions: readonly string[];
  readonly tables: readonly string[];
  readonly secrets: readonly string[];
  /** Ids of KMS keys. */
  readonly keys: readonly string[];
  /** First two numbers of its private addresses. */
  readonly network: string;
  /** Its NAT gateways' public addresses. */
  readonly egressAddresses: readonly string[];
}

/** Someone who signs in through Identity Center. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly addresses: readonly string[];
  readonly userId: string;
}

/** Who and what a trail is about. */
export interface Organization {
  readonly seed: number;
  readonly id: string;
  readonly partition: Partition;
  readonly regions: readonly string[];
  /** The management account comes first, then log archive, security and network. */
  readonly accounts: readonly Account[];
  readonly people: readonly Person[];
  readonly bucket: string;
}

const COMPANY = "northwind";
const APPS = [
  "checkout",
  "catalog",
  "ledger",
  "search",
  "identity",
  "notify",
  "pricing",
  "shipping",
  "media",
  "reports",
  "fraud",
  "loyalty",
  "inventory",
  "partners",
  "telemetry",
  "billing",
];
const FIRST_NAMES = [
  "amara",
  "bjorn",
  "chiara",
  "daniel",
  "elif",
  "farid",
  "grace",
  "hiro",
  "ines",
  "jonas",
  "katya",
  "liam",
  "mei",
  "nadia",
  "oscar",
  "priya",
];
const LAST_NAMES = [
  "adeyemi",
  "berg",
  "costa",
  "dubois",
  "eriksen",
  "fischer",
  "garcia",
  "haddad",
  "ito",
  "jansen",
  "kowalski",
  "larsen",
];
/** Share of all events by kind, in the proportions of an organization whose products run in production. */
const KIND_WEIGHTS: Readonly<Record<AccountKind, number>> = {
  "management": 4,
  "log-archive": 5,
  "security": 9,
  "network": 4,
  "production": 24,
  "staging": 7,
  "development": 9,
  "sandbox": 2,
};
const FIXED_KINDS: readonly AccountKind[] = ["management", "log-archive", "security", "network"];
const STAGES = ["production", "staging", "development"] as const;

/** Makes up the organization that a trail's events happen in. */
export function makeOrganization(options: {
  readonly seed: number;
  readonly accounts: number;
  readonly regions: readonly string[];
  readonly partition: Partition;
  readonly organizationId?: string;
  readonly bucket?: string;
}): Organization {
  const prng = new Prng(options.seed, "organization");
  const id = options.organizationId ?? `o-${randomAlphanumeric(prng, 10).toLowerCase()}`;
  const accounts: Account[] = [];
  const usedIds = new Set<string>();
  for (let index = 0; index < options.accounts; index++) {
    let accountId = randomDigits(prng, 12);
    while (usedIds.has(accountId)) accountId = randomDigits(prng, 12);
    usedIds.add(accountId);
    accounts.push(makeAccount(prng, index, accountId, options.regions));
  }
  const people = FIRST_NAMES.flatMap((first, index) =>
    [0, 5, 9].map((step) => {
      const name = `${first}.${LAST_NAMES[(index + step) % LAST_NAMES.length]}`;
      return {
        name,
        email: `${name}@${COMPANY}.example`,
        addresses: [OFFICE_ADDRESSES[index % OFFICE_ADDRESSES.length], randomAddress(prng, "home")],
        userId: `${randomHex(prng, 10)}-${randomUuid(prng)}`,
      };
    })
  );
  return {
    seed: options.seed,
    id,
    partition: options.partition,
    regions: options.regions,
    accounts,
    people,
    bucket: options.bucket ?? `${COMPANY}-organization-trail-${id.slice(2)}`,
  };
}

/** Documentation ranges (RFC 5737) stand for the company's own addresses. */
const OFFICE_ADDRESSES = ["203.0.113.10", "203.0.113.77", "198.51.100.24"];

function makeAccount(
  prng: Prng,
  index: number,
  id: string,
  regions: readonly string[],
): Account {
  const fixed: AccountKind | undefined = FIXED_KINDS[index];
  const serving = index - 4;
  const sandbox = fixed === undefined && serving % 8 === 7;
  const kind: AccountKind = fixed ?? (sandbox ? "sandbox" : STAGES[serving % 8 % 3]);
  const unit = Math.floor(serving / 8) * 3 + Math.floor((serving % 8) / 3);
  const round = Math.floor(unit / APPS.length);
  const app = fixed === undefined ? APPS[unit % APPS.length] : "platform";
  const name = fixed ?? `${app}${round === 0 ? "" : `-${round + 1}`}-${kind}`;
  const regionCount = kind === "sandbox"
    ? 1
    : kind === "security" || kind === "network"
    ? regions.length
    : prng.between(1, Math.min(3, regions.length));
  const first = kind === "management" ? 0 : prng.below(Math.min(3, regions.length));
  const suffix = id.slice(-4);
  return {
    id,
    name: `${COMPANY}-${name}`,
    kind,
    weight: KIND_WEIGHTS[kind] * (0.5 + prng.below(1000) / 500),
    regions: Array.from({ length: regionCount }, (_, step) => {
      return regions[(first + step) % regions.length];
    }),
    app,
    buckets: ["assets", "exports", "uploads", "backups", "artifacts"].map((use) =>
      `${COMPANY}-${name}-${use}-${suffix}`
    ),
    functions: ["api", "worker", "thumbnail", "webhook", "nightly-report", "authorizer"].map((
      use,
    ) => `${app}-${use}`),
    tables: ["orders", "sessions", "idempotency", "feature-flags"].map((use) => `${app}-${use}`),
    secrets: ["database", "payment-provider", "signing-key", "smtp"].map((use) =>
      `${kind}/${app}/${use}`
    ),
    keys: [0, 1, 2].map(() => randomUuid(prng)),
    network: `10.${index % 250 + 1}`,
    egressAddresses: [randomAddress(prng, "cloud"), randomAddress(prng, "cloud")],
  };
}
