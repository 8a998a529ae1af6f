/** What a person has still to look at: the copilot's guesses, kept beside the definition (`studio.to_dos`). */
import { isObject, own, withEntry, withoutEntry } from "../../../asl/pointer";
import type { JsonObject } from "../../../asl/types";

export interface ToDo {
  /** The state's name; null for the workflow as a whole. */
  readonly state: string | null;
  readonly pointer: string;
  readonly text: string;
}

export function toDosOf(document: JsonObject): ToDo[] {
  const studio = own(document, "studio");
  const listed = isObject(studio) ? own(studio, "to_dos") : undefined;
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((each) => {
    if (!isObject(each)) return [];
    const { state, pointer, text } = each;
    if (typeof text !== "string") return [];
    return [
      { state: typeof state === "string" ? state : null, pointer: typeof pointer === "string" ? pointer : "", text },
    ];
  });
}

/** The document without the to-do `done`; without the list where it was the last. */
export function withoutToDo(document: JsonObject, done: ToDo): JsonObject {
  const studio = own(document, "studio");
  if (!isObject(studio)) return document;
  const left = toDosOf(document).filter((each) => !(each.state === done.state && each.text === done.text));
  const listed = left.map(({ state, pointer, text }): JsonObject => ({ state, pointer, text }));
  return withEntry(
    document,
    "studio",
    left.length > 0 ? withEntry(studio, "to_dos", listed) : withoutEntry(studio, "to_dos"),
  );
}
