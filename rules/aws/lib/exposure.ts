import { isWorldCidr } from "./network.ts";
import type { Statement } from "./policy.ts";
import { asObject, asTexts, type JsonObject } from "./values.ts";

/**
 * Condition keys that tie a statement to known callers, after the list by which S3 tells public policies
 * from others, with the organization and account keys that came later. In lower case.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
const NARROWING_KEYS = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpcarn",
  "aws:sourcevpce",
  "aws:userid",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
]);

/**
 * Operators that let a request pass only if the key is there and equals a value. Negated ones pass all
 * but a few; those ending in `IfExists`, and `ForAllValues:`, also pass a request without the key.
 */
const NARROWING_OPERATOR =
  /^(foranyvalue:)?(stringequals(ignorecase)?|stringlike|arn(equals|like)|ipaddress)$/;

/** Whether the statement lets anyone in: it allows every principal and no condition holds them off. */
export function opensToEveryone(statement: Statement): boolean {
  return statement.allows && namesEveryone(statement) && !isNarrowed(statement.condition);
}

/** Whether the principal is everyone; an Allow with `NotPrincipal` is everyone but a few. */
function namesEveryone(statement: Statement): boolean {
  if (statement.notPrincipal !== undefined) return true;
  const accounts = asObject(statement.principal)?.AWS;
  return asTexts(statement.principal).includes("*") || asTexts(accounts).includes("*");
}

/** All conditions of a statement must hold, so one that narrows is enough. */
function isNarrowed(condition: JsonObject | undefined): boolean {
  for (const [operator, keys] of Object.entries(condition ?? {})) {
    if (!NARROWING_OPERATOR.test(operator.toLowerCase())) continue;
    for (const [key, values] of Object.entries(asObject(keys) ?? {})) {
      if (!NARROWING_KEYS.has(key.toLowerCase())) continue;
      const texts = asTexts(values);
      // The values of one key are alternatives: a single open one opens the condition.
      if (texts.length > 0 && texts.every(isFixed)) return true;
    }
  }
  return false;
}

/** Whether a condition's value names something certain, or at least one account. */
function isFixed(value: string): boolean {
  if (/^[0-9a-f.:]+\/\d+$/i.test(value)) return !isWorldCidr(value);
  if (!/[*?]/.test(value)) return true;
  const arn = value.split(":");
  if (arn.length >= 6) return /^\d{12}$/.test(arn[4]);
  // A user id (`AROA…:*`) and an organization path (`o-…/*`) begin with what ties them down.
  return /^(A[A-Z]{3}[A-Z0-9]{8,}:|o-[a-z0-9]{4,}\/)/.test(value);
}
