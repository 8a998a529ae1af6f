/**
 * What of a workflow document speaks of states by name, kept in step with the definition.
 */
import { isObject, mapEntries, nameOf, own, withEntry } from "./pointer";
import { renameState } from "./rename";
import type { Edited, Json, JsonObject, StatePointer } from "./types";

/** Rename a state in a document: in its definition, `at_most_once`, cases (stubs, states expected), pins and positions. */
export function renameInDocument(
  document: JsonObject,
  pointer: StatePointer,
  wanted: string,
): Edited & { document: JsonObject } {
  const definition = own(document, "definition");
  const edited = renameState(isObject(definition) ? definition : {}, pointer, wanted);
  const old = nameOf(pointer);
  const name = wanted.trim();
  const rename = (value: Json): Json => (value === old ? name : value);
  let changed = withEntry(document, "definition", edited.definition);
  changed = withList(changed, "at_most_once", (names) => names.map(rename));
  changed = withList(changed, "cases", (cases) => objects(cases, (item) => renamedCase(item, rename)));
  changed = withObject(changed, "studio", (studio) => renamedStudio(studio, old, name));
  return { ...edited, document: changed };
}

/** `object` with the list `key` changed, where it has one. */
function withList(object: JsonObject, key: string, change: (list: readonly Json[]) => Json[]): JsonObject {
  const list = own(object, key);
  return Array.isArray(list) ? withEntry(object, key, change(list)) : object;
}

/** `object` with the object `key` changed, where it has one. */
function withObject(object: JsonObject, key: string, change: (value: JsonObject) => JsonObject): JsonObject {
  const value = own(object, key);
  return isObject(value) ? withEntry(object, key, change(value)) : object;
}

/** The list with its objects changed. */
const objects = (list: readonly Json[], change: (item: JsonObject) => JsonObject): Json[] =>
  list.map((item) => (isObject(item) ? change(item) : item));

function renamedCase(item: JsonObject, rename: (value: Json) => Json): JsonObject {
  const renamed = (answer: JsonObject): JsonObject =>
    Object.hasOwn(answer, "state") ? withEntry(answer, "state", rename(answer.state as Json)) : answer;
  const stubbed = withObject(item, "stubs", (stubs) =>
    Object.keys(stubs).reduce((at, resource) => withList(at, resource, (answers) => objects(answers, renamed)), stubs),
  );
  return withObject(stubbed, "expect", (expect) => withList(expect, "states", (states) => states.map(rename)));
}

/** Pins and positions are keyed by state paths (`Fulfil/0/Reserve Stock`). */
function renamedStudio(studio: JsonObject, old: string, name: string): JsonObject {
  const renamed = (map: JsonObject): JsonObject =>
    mapEntries(map, (key, value) => [renamedPath(key, old, name), value]);
  return ["pins", "positions"].reduce((at, field) => withObject(at, field, renamed), studio);
}

/** A path with the segments that are the name replaced; a name may itself hold slashes, then the whole end is it. */
function renamedPath(path: string, old: string, name: string): string {
  const segments = path.split("/");
  const wanted = old.split("/");
  const out: string[] = [];
  for (let at = 0; at < segments.length; ) {
    const hit = wanted.every((part, offset) => segments[at + offset] === part);
    out.push(hit ? name : (segments[at] ?? ""));
    at += hit ? wanted.length : 1;
  }
  return out.join("/");
}

/** The document without what names states that are gone: `at_most_once` and pins; cases are left for their author. */
export function forgetStates(document: JsonObject, names: ReadonlySet<string>): JsonObject {
  const kept = withList(document, "at_most_once", (listed) =>
    listed.filter((name) => typeof name !== "string" || !names.has(name)),
  );
  const named = (path: string): boolean => names.has(path.split("/").at(-1) ?? "");
  return withObject(kept, "studio", (studio) =>
    withObject(studio, "pins", (pins) => Object.fromEntries(Object.entries(pins).filter(([path]) => !named(path)))),
  );
}
