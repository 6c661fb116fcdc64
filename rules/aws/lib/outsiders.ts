import { opensToEveryone } from "./exposure.ts";
import type { Statement } from "./policy.ts";
import { asObject, asTexts } from "./values.ts";

/**
 * Whom a policy lets in from outside the account that it belongs to: ids of other accounts, and
 * `everyone` where a statement allows every principal without a condition that holds strangers off.
 * Sorted, each once. Without the own account nobody can be told from a stranger, so only everyone counts.
 */
export function outsidersOf(
  statements: readonly Statement[],
  ownAccount: string | undefined,
): readonly string[] {
  const outsiders = new Set<string>();
  for (const statement of statements) {
    if (!statement.allows) continue;
    if (opensToEveryone(statement)) outsiders.add("everyone");
    if (ownAccount === undefined) continue;
    for (const principal of asTexts(asObject(statement.principal)?.AWS)) {
      const account = accountOfPrincipal(principal);
      if (account !== undefined && account !== ownAccount) outsiders.add(account);
    }
  }
  return [...outsiders].sort();
}

/** The account of a principal written as an ARN or as the account alone; an ARN of any account has none. */
export function accountOfPrincipal(principal: string): string | undefined {
  const account = principal.startsWith("arn:") ? principal.split(":")[4] : principal;
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
}
