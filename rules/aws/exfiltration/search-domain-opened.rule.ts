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
  id: "search-domain-opened",
  title: "OpenSearch domain opened to everyone",
  level: "medium",
  description:
    "The access policy of an OpenSearch domain lets everyone in, and no condition holds strangers off. " +
    "Unless the domain lies in a VPC or asks for a login of its own, its data can be read by anyone.",
  author: "Trailsieve",
  tags: ["attack.exfiltration", "attack.collection", "attack.t1530"],
  references: [
    "https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_UpdateDomainConfig.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html",
    "https://attack.mitre.org/techniques/T1530/",
  ],
  falsePositives: [
    "Domains within a VPC, or with fine-grained access control, kept open on purpose",
  ],
  eventSources: ["es.amazonaws.com"],
  eventNames: [
    "CreateDomain",
    "CreateElasticsearchDomain",
    "UpdateDomainConfig",
    "UpdateElasticsearchDomainConfig",
  ],
  matches(event) {
    return readText(event, "eventSource") === "es.amazonaws.com" &&
      /^(Create(Elasticsearch)?Domain|Update(Elasticsearch)?DomainConfig)$/.test(
        readText(event, "eventName") ?? "",
      ) && succeeded(event) && !liesInNetwork(event) &&
      statementsOf(event.get("requestParameters.accessPolicies")).some(opensToEveryone);
  },
  alertTitle: (event) =>
    `OpenSearch domain ${readName(event, "requestParameters.domainName")} opened to everyone by ${
      actorOf(event)
    }`,
});

function liesInNetwork(event: EventView): boolean {
  return event.get("requestParameters.vPCOptions.subnetIds") !== undefined;
}
