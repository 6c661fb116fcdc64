import { defineRule, type EventView } from "trailsieve/rule";
import {
  actorOf,
  asObject,
  asTexts,
  readName,
  readText,
  type Statement,
  statementsOf,
  succeeded,
} from "../lib/mod.ts";

/** Providers of pipelines that sign tokens for everybody's projects, with the claim that tells them apart. */
const SHARED_PROVIDER =
  /(token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io|agent\.buildkite\.com)$/;

export default defineRule({
  id: "role-trusts-any-pipeline",
  title: "Role trusts every project of a public pipeline provider",
  level: "high",
  description:
    "A role can be assumed with a token of GitHub, GitLab or the like, and its trust policy does not say " +
    "of which project. Anyone can start a pipeline there and get this role.",
  author: "Trailsieve",
  tags: ["attack.persistence", "attack.initial-access", "attack.t1199", "attack.t1078.004"],
  references: [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    "https://attack.mitre.org/techniques/T1199/",
  ],
  falsePositives: ["Roles that the provider's tokens reach for another claim than the subject"],
  eventSources: ["iam.amazonaws.com"],
  eventNames: ["CreateRole", "UpdateAssumeRolePolicy"],
  matches: (event) => succeeded(event) && trustOf(event).some(trustsEveryProject),
  alertTitle: (event) =>
    `Role ${readName(event, "requestParameters.roleName")} trusts every project ` +
    `of its pipeline provider, set by ${actorOf(event)}`,
});

function trustOf(event: EventView): readonly Statement[] {
  if (readText(event, "eventSource") !== "iam.amazonaws.com") return [];
  switch (readText(event, "eventName")) {
    case "CreateRole":
      return statementsOf(event.get("requestParameters.assumeRolePolicyDocument"));
    case "UpdateAssumeRolePolicy":
      return statementsOf(event.get("requestParameters.policyDocument"));
    default:
      return [];
  }
}

function trustsEveryProject(statement: Statement): boolean {
  const providers = asTexts(asObject(statement.principal)?.Federated);
  return statement.allows && providers.some((provider) => SHARED_PROVIDER.test(provider)) &&
    !namesProject(statement);
}

/** Whether a condition asks for a subject that names at least an owner, as in `repo:owner/*`. */
function namesProject(statement: Statement): boolean {
  for (const [operator, keys] of Object.entries(statement.condition ?? {})) {
    if (!/^(foranyvalue:)?string(equals|like)/i.test(operator)) continue;
    for (const [key, values] of Object.entries(asObject(keys) ?? {})) {
      const subjects = asTexts(values);
      if (!/:sub$/i.test(key) || subjects.length === 0) continue;
      if (subjects.every((subject) => /^[a-z_]+:[^*?/:]+/i.test(subject))) return true;
    }
  }
  return false;
}
