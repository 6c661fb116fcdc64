import { defineRule, type EventView } from "trailsieve/rule";
import {
  accountOf,
  accountOfPrincipal,
  actorOf,
  readName,
  readText,
  succeeded,
} from "../lib/mod.ts";

export default defineRule({
  id: "function-callable-from-outside",
  title: "Function callable by another account or by everyone",
  level: "medium",
  description:
    "A Lambda function may be invoked from outside the account: by another account, or by everyone " +
    "without a condition on the organization, the account or the resource that calls. A planted " +
    "function becomes a way back in.",
  author: "Trailsieve",
  tags: ["attack.persistence", "attack.execution", "attack.t1546", "attack.t1648"],
  references: [
    "https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html",
    "https://attack.mitre.org/techniques/T1546/",
  ],
  falsePositives: ["Functions that serve other accounts of the organization"],
  eventSources: ["lambda.amazonaws.com"],
  eventNames: ["AddPermission", "AddPermission20150331", "AddPermission20150331v2"],
  matches(event) {
    if (readText(event, "eventSource") !== "lambda.amazonaws.com" || !succeeded(event)) {
      return false;
    }
    if (!/^AddPermission(20150331(v2)?)?$/.test(readText(event, "eventName") ?? "")) return false;
    const principal = readText(event, "requestParameters.principal");
    if (principal === undefined) return false;
    if (principal === "*") return !isNarrowed(event);
    const account = accountOfPrincipal(principal);
    return account !== undefined && account !== accountOf(event);
  },
  alertTitle: (event) =>
    `Function ${readName(event, "requestParameters.functionName")} callable by ` +
    `${readName(event, "requestParameters.principal")}, allowed by ${actorOf(event)}`,
});

/** A permission for everyone may still be tied to an organization, an account or a calling resource. */
function isNarrowed(event: EventView): boolean {
  return ["principalOrgID", "sourceAccount", "sourceArn"].some((name) =>
    (readText(event, `requestParameters.${name}`) ?? "") !== ""
  );
}
