import { placeOfPrefix } from "../core/key_places.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import type { ListingNode } from "../store/mod.ts";
import { classifyLevel } from "./classify_level.ts";
import { hasLayout } from "./find_bases.ts";
import { nextQuietVisit } from "./list_schedule.ts";
import type { PlanNote } from "./plan_buffer.ts";
import { leave, lookAt, type VisitContext } from "./visit_context.ts";

const log = logOf("list");

/**
 * Lists one level: objects on it are planned, folders become nodes, folders of years make it a base. Rejects with
 * the source's or the store's TrailsieveError.
 */
export async function visitLevel(node: ListingNode, context: VisitContext): Promise<void> {
  const { store, source, pass, buffer, now, signal } = context;
  const { prefix } = node;
  const children: string[] = [];
  // Handed over when it is clear that the level is not listed as a whole at once, which would count them twice.
  let notes: PlanNote[] = [];
  let [objects, markers, dropped, found] = [0, 0, 0, false];
  for await (const page of source.listLevel(prefix, { signal })) {
    for (const child of page.prefixes) children.push(child);
    const seen = await lookAt(page.refs, node, context);
    notes.push({ refs: seen.unknown, known: seen.known });
    dropped += seen.dropped;
    found ||= seen.found;
    objects += page.refs.length;
    markers += page.refs.filter((ref) => ref.key.endsWith("/")).length;
    if (objects <= LIMITS.levelObjectsMax) continue;
    for (const note of notes) await buffer.add(note);
    notes = [];
  }
  const objectCount = objects - markers;
  const level = classifyLevel({ prefix, sourcePrefix: source.prefix, children, objectCount });
  if (level.isEndless && !await hasLayout(source, level.folders[0], signal)) {
    return await makeFlat(node, context);
  }
  const places = level.folders.map((folder) => ({ prefix: folder, ...placeOfPrefix(folder) }));
  if (await store.listing.addFolders(source.scope, places, now()) > 0) found = true;
  if (level.isBase) {
    const place = { prefix, ...placeOfPrefix(prefix) };
    const replaces = level.isFolder ? null : node;
    if (await store.listing.addBase(pass, place, now(), { replaces })) found = true;
    // The base lists the level's markers too.
    if (replaces !== null) return;
  }
  if (prefix === source.prefix && objects + children.length === 0 && !node.isListed) {
    log.warn(`There is nothing below ${source.url}: is the prefix right?`);
  }
  for (const note of notes) await buffer.add(note);
  context.counted.add(node.id);
  if (dropped > 0) return await leave(node, context);
  if (objects > LIMITS.levelObjectsMax && children.length === 0) {
    // Long, and nothing lies deeper: from now on it can be listed in ranges.
    return await buffer.add({ change: { kind: "flatten", node } });
  }
  // A level without folders is not one where regions appear.
  const kind = children.length > 0 || prefix === source.prefix ? "folder" : "flat";
  const next = nextQuietVisit(kind, node.activeAt, found, now());
  await buffer.add({ change: { kind: "end", node, watermark: "", keyCount: 0, ...next } });
}

async function makeFlat(node: ListingNode, { store, pass }: VisitContext): Promise<void> {
  log.info(`${node.prefix} has no layout that can be followed by days: it is listed as a whole`);
  await store.listing.makeFlat(pass, node);
}
