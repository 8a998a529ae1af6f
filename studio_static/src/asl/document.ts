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
  changed = withChanged(changed, "at_most_once", (value) => (Array.isArray(value) ? value.map(rename) : value));
  changed = withChanged(changed, "cases", (value) =>
    Array.isArray(value) ? value.map((item) => (isObject(item) ? renamedCase(item, rename) : item)) : value,
  );
  changed = withChanged(changed, "studio", (value) => (isObject(value) ? renamedStudio(value, old, name) : value));
  return { ...edited, document: changed };
}

function withChanged(object: JsonObject, key: string, change: (value: Json) => Json): JsonObject {
  const value = own(object, key);
  return value === undefined ? object : withEntry(object, key, change(value));
}

function renamedCase(item: JsonObject, rename: (value: Json) => Json): JsonObject {
  const stubbed = withChanged(item, "stubs", (stubs) =>
    isObject(stubs)
      ? mapEntries(stubs, (resource, answers) => [
          resource,
          Array.isArray(answers)
            ? answers.map((answer) => (isObject(answer) ? withChanged(answer, "state", rename) : answer))
            : answers,
        ])
      : stubs,
  );
  return withChanged(stubbed, "expect", (expect) =>
    isObject(expect)
      ? withChanged(expect, "states", (states) => (Array.isArray(states) ? states.map(rename) : states))
      : expect,
  );
}

/** Pins and positions are keyed by state paths (`Fulfil/0/Reserve Stock`). */
function renamedStudio(studio: JsonObject, old: string, name: string): JsonObject {
  const path = (key: string): string => renamedPath(key, old, name);
  return ["pins", "positions"].reduce(
    (at, field) =>
      withChanged(at, field, (map) => (isObject(map) ? mapEntries(map, (key, value) => [path(key), value]) : map)),
    studio,
  );
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
  const kept = withChanged(document, "at_most_once", (value) =>
    Array.isArray(value) ? value.filter((name) => typeof name !== "string" || !names.has(name)) : value,
  );
  return withChanged(kept, "studio", (studio) =>
    isObject(studio)
      ? withChanged(studio, "pins", (pins) =>
          isObject(pins)
            ? Object.fromEntries(Object.entries(pins).filter(([path]) => !names.has(path.split("/").at(-1) ?? "")))
            : pins,
        )
      : studio,
  );
}
