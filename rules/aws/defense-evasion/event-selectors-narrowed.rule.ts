import { defineRule, type EventView } from "trailsieve/rule";
import {
  actorOf,
  asFlag,
  asList,
  asObject,
  asText,
  asTexts,
  readName,
  readText,
  succeeded,
} from "../lib/mod.ts";

export default defineRule({
  id: "event-selectors-narrowed",
  title: "CloudTrail event selectors leave out management events",
  level: "high",
  description:
    "A trail was told to leave out management events, or to keep only reads or only writes of them. It " +
    "goes on writing, so nothing looks broken, but the calls that change an account are missing.",
  author: "Trailsieve",
  tags: ["attack.defense-evasion", "attack.t1562.008"],
  references: [
    "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html",
    "https://attack.mitre.org/techniques/T1562/008/",
  ],
  falsePositives: ["A trail that is meant for data events alone, beside one for management events"],
  eventSources: ["cloudtrail.amazonaws.com"],
  eventNames: ["PutEventSelectors"],
  matches(event) {
    if (readText(event, "eventSource") !== "cloudtrail.amazonaws.com" || !succeeded(event)) {
      return false;
    }
    return readText(event, "eventName") === "PutEventSelectors" &&
      (basicSelectorsNarrow(event) || advancedSelectorsNarrow(event));
  },
  alertTitle: (event) =>
    `Trail ${readName(event, "requestParameters.trailName")} records fewer ` +
    `management events, set by ${actorOf(event)}`,
});

/** The older form has selectors that each say whether they include management events, and which. */
function basicSelectorsNarrow(event: EventView): boolean {
  const selectors = asList(event.get("requestParameters.eventSelectors")).map(asObject);
  return selectors.length > 0 &&
    !selectors.some((selector) =>
      asFlag(selector?.includeManagementEvents) !== false &&
      (asText(selector?.readWriteType) ?? "All").toLowerCase() === "all"
    );
}

/** In the newer form a selector takes all management events if only the category is asked for. */
function advancedSelectorsNarrow(event: EventView): boolean {
  const selectors = asList(event.get("requestParameters.advancedEventSelectors")).map(asObject);
  return selectors.length > 0 && !selectors.some((selector) => {
    const fields = asList(selector?.fieldSelectors).map(asObject);
    const ofManagement = fields.some((field) =>
      asText(field?.field) === "eventCategory" && asTexts(field?.equals).includes("Management")
    );
    // Leaving out the chatter of KMS and of the RDS Data API is what the console offers.
    return ofManagement &&
      fields.every((field) =>
        asText(field?.field) === "eventCategory" || asText(field?.field) === "eventSource"
      );
  });
}
