/** What the Studio keeps in a workflow document, beside the definition and never in it: notes, pins, to-dos. */
import { isObject, own, withEntry, withoutEntry } from "./pointer";
import type { Json, JsonObject } from "./types";

const NOTHING: JsonObject = {};

export function studioOf(document: JsonObject): JsonObject {
  const found = own(document, "studio");
  return isObject(found) ? found : NOTHING;
}

/** The document with `value` kept as `key`, without it where that is undefined; with nothing kept, nothing is there. */
export function withStudio(document: JsonObject, key: string, value: Json | undefined): JsonObject {
  const studio = studioOf(document);
  const changed = value === undefined ? withoutEntry(studio, key) : withEntry(studio, key, value);
  return Object.keys(changed).length === 0 ? withoutEntry(document, "studio") : withEntry(document, "studio", changed);
}

/** Outputs that stand in for steps, by state path. */
export function pinsOf(document: JsonObject): JsonObject {
  const pins = own(studioOf(document), "pins");
  return isObject(pins) ? pins : NOTHING;
}
