import type { EventView } from "trailsieve/rule";
import { readText } from "./values.ts";

/** Characters of one name in a title. ARNs are shorter; an attacker's text may be of any length. */
const NAME_LENGTH_MAX = 200;
const NAMES_MAX = 5;

/** The first text among the paths, shortened for an alert's title; `of unknown name` if there is none. */
export function readName(event: EventView, ...paths: readonly string[]): string {
  for (const path of paths) {
    const text = readText(event, path);
    if (text !== undefined && text !== "") return shorten(text);
  }
  return "of unknown name";
}

/** Who called, for an alert's title: the most telling name that the record holds. */
export function actorOf(event: EventView): string {
  const name = readName(
    event,
    "userIdentity.arn",
    "userIdentity.userName",
    "userIdentity.invokedBy",
    "userIdentity.principalId",
  );
  return name === "of unknown name" ? "an unnamed principal" : name;
}

/** The first few names of a list, for an alert's title. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).map(shorten).join(", ");
  return names.length > NAMES_MAX ? `${shown} and ${names.length - NAMES_MAX} more` : shown;
}

function shorten(text: string): string {
  return text.length > NAME_LENGTH_MAX ? `${text.slice(0, NAME_LENGTH_MAX)}…` : text;
}
