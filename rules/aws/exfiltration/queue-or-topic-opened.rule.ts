import { defineRule, type EventView } from "trailsieve/rule";
import {
  actorOf,
  opensToEveryone,
  readName,
  readText,
  statementsOf,
  succeeded,
} from "../lib/mod.ts";

export default defineRule({
  id: "queue-or-topic-opened",
  title: "Queue or topic opened to everyone",
  level: "medium",
  description:
    "The policy of an SQS queue or an SNS topic lets everyone in, and no condition on the account, the " +
    "organization or the calling resource holds strangers off. They can read messages, or send their own.",
  author: "Trailsieve",
  tags: ["attack.exfiltration", "attack.t1537"],
  references: [
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    "https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html",
    "https://attack.mitre.org/techniques/T1537/",
  ],
  falsePositives: ["A topic that the public may subscribe to"],
  eventSources: ["sns.amazonaws.com", "sqs.amazonaws.com"],
  eventNames: ["CreateQueue", "CreateTopic", "SetQueueAttributes", "SetTopicAttributes"],
  matches: (event) => succeeded(event) && statementsOf(policyOf(event)).some(opensToEveryone),
  alertTitle: (event) =>
    `Queue or topic ${
      readName(
        event,
        "requestParameters.queueUrl",
        "requestParameters.topicArn",
        "requestParameters.queueName",
        "requestParameters.name",
      )
    } opened to everyone by ${actorOf(event)}`,
});

/** The policy that a call sets; keys of the attributes are `Policy` or, in some records, `policy`. */
function policyOf(event: EventView): unknown {
  const source = readText(event, "eventSource");
  switch (readText(event, "eventName")) {
    case "SetTopicAttributes":
      return source === "sns.amazonaws.com" &&
          readText(event, "requestParameters.attributeName")?.toLowerCase() === "policy"
        ? event.get("requestParameters.attributeValue")
        : undefined;
    case "CreateTopic":
      return source === "sns.amazonaws.com" ? attributePolicy(event) : undefined;
    case "CreateQueue":
    case "SetQueueAttributes":
      return source === "sqs.amazonaws.com" ? attributePolicy(event) : undefined;
    default:
      return undefined;
  }
}

function attributePolicy(event: EventView): unknown {
  return event.get("requestParameters.attributes.Policy") ??
    event.get("requestParameters.attributes.policy");
}
