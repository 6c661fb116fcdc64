import { asList, asObject, asTexts, type JsonObject } from "./values.ts";

/** One statement of an IAM or resource policy, with its lists brought into one shape. */
export interface Statement {
  readonly allows: boolean;
  /** Actions in lower case, since IAM does not mind case; empty where `NotAction` stands instead. */
  readonly actions: readonly string[];
  readonly notActions: readonly string[] | undefined;
  readonly resources: readonly string[];
  readonly notResources: readonly string[] | undefined;
  readonly principal: unknown;
  readonly notPrincipal: unknown;
  readonly condition: JsonObject | undefined;
}

/**
 * The statements of a policy document: an object, JSON text, or JSON text with URL encoding, as the IAM
 * API returns it. What is no policy has no statements.
 */
export function statementsOf(document: unknown): readonly Statement[] {
  const policy = asObject(typeof document === "string" ? parseDocument(document) : document);
  if (policy === undefined) return [];
  const statements: Statement[] = [];
  for (const element of asList(field(policy, "Statement"))) {
    const statement = asObject(element);
    if (statement !== undefined) statements.push(readStatement(statement));
  }
  return statements;
}

function readStatement(statement: JsonObject): Statement {
  const effect = field(statement, "Effect");
  const notAction = field(statement, "NotAction");
  const notResource = field(statement, "NotResource");
  return {
    allows: typeof effect === "string" && effect.toLowerCase() === "allow",
    actions: asTexts(field(statement, "Action")).map((action) => action.toLowerCase()),
    notActions: notAction === undefined
      ? undefined
      : asTexts(notAction).map((action) => action.toLowerCase()),
    resources: asTexts(field(statement, "Resource")),
    notResources: notResource === undefined ? undefined : asTexts(notResource),
    principal: field(statement, "Principal"),
    notPrincipal: field(statement, "NotPrincipal"),
    condition: asObject(field(statement, "Condition")),
  };
}

/** A policy's element names are not case sensitive, though everyone writes them alike. */
function field(object: JsonObject, name: string): unknown {
  if (name in object) return object[name];
  const wanted = name.toLowerCase();
  for (const key in object) {
    if (key.toLowerCase() === wanted) return object[key];
  }
  return undefined;
}

function parseDocument(text: string): unknown {
  const plain = tryParse(text);
  if (plain !== undefined) return plain;
  try {
    return tryParse(decodeURIComponent(text.replaceAll("+", "%20")));
  } catch {
    return undefined;
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
