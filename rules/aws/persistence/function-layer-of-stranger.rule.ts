import { defineRule, type EventView } from "trailsieve/rule";
import {
  accountOf,
  actorOf,
  asList,
  asObject,
  asText,
  listNames,
  readName,
  readText,
  succeeded,
} from "../lib/mod.ts";

export default defineRule({
  id: "function-layer-of-stranger",
  title: "Function loads a layer of another account",
  level: "low",
  description:
    "A function was made or set to load a layer that belongs to another account. A layer runs with the " +
    "function's rights and sees its secrets, and its owner decides what is in it.",
  author: "Trailsieve",
  tags: ["attack.persistence", "attack.execution", "attack.t1546", "attack.t1195.002"],
  references: [
    "https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html",
    "https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html",
    "https://attack.mitre.org/techniques/T1546/",
  ],
  falsePositives: [
    "Layers of AWS and of monitoring vendors, which come from accounts of their own",
  ],
  eventSources: ["lambda.amazonaws.com"],
  eventNames: [
    "CreateFunction20150331",
    "UpdateFunctionConfiguration20150331",
    "UpdateFunctionConfiguration20150331v2",
  ],
  matches(event) {
    return readText(event, "eventSource") === "lambda.amazonaws.com" &&
      /^(CreateFunction|UpdateFunctionConfiguration)2015/.test(
        readText(event, "eventName") ?? "",
      ) &&
      succeeded(event) && strangeLayers(event).length > 0;
  },
  alertTitle: (event) =>
    `Function ${readName(event, "requestParameters.functionName")} loads ` +
    `${listNames(strangeLayers(event))}, set by ${actorOf(event)}`,
});

/** Layers are named by ARN in a request and by objects with an ARN in an answer. */
function strangeLayers(event: EventView): readonly string[] {
  const own = accountOf(event);
  return asList(event.get("requestParameters.layers")).flatMap((layer) => {
    const arn = asText(layer) ?? asText(asObject(layer)?.arn) ?? "";
    const account = arn.split(":")[4] ?? "";
    return own !== undefined && /^\d{12}$/.test(account) && account !== own ? [arn] : [];
  });
}
