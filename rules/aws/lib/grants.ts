import type { Statement } from "./policy.ts";

/**
 * Whether the statement grants administration: every action, or all of IAM with which every action can be
 * had, on every resource. A condition is no excuse here: requiring MFA does not make it less than all.
 */
export function grantsAdministration(statement: Statement): boolean {
  return statement.allows && coversEveryResource(statement) &&
    (statement.actions.some(isEveryAction) || isAllButFew(statement));
}

/** `*`, `*:*` and `iam:*`, also with further stars or question marks that match nothing less. */
function isEveryAction(action: string): boolean {
  return /^(\*+|\*+:\*+|iam:\*+)$/.test(action);
}

/** `NotAction` allows the rest; if that leaves all of IAM, it leaves administration. */
function isAllButFew(statement: Statement): boolean {
  return statement.notActions !== undefined &&
    !statement.notActions.some((action) => action === "*" || action === "iam:*");
}

function coversEveryResource(statement: Statement): boolean {
  if (statement.notResources !== undefined) return true;
  return statement.resources.some((resource) =>
    /^\*+$/.test(resource) || /^arn:\*:\*(:\*)*$/.test(resource) ||
    /^arn:[^:]+:iam::\*$/.test(resource)
  );
}
