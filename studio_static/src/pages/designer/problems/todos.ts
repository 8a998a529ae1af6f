/** What a person has still to look at: the copilot's guesses, kept beside the definition (`studio.to_dos`). */

import { isObject, own } from "../../../asl/pointer";
import { studioOf, withStudio } from "../../../asl/studio";
import type { JsonObject } from "../../../asl/types";

export interface ToDo {
  /** The state's name; null for the workflow as a whole. */
  readonly state: string | null;
  readonly pointer: string;
  readonly text: string;
}

export function toDosOf(document: JsonObject): ToDo[] {
  const listed = own(studioOf(document), "to_dos");
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

/** The document without the to-do `done`. */
export function withoutToDo(document: JsonObject, done: ToDo): JsonObject {
  return withToDos(
    document,
    toDosOf(document).filter((each) => !(each.state === done.state && each.text === done.text)),
  );
}

/** The document with just these to-dos. */
export function withToDos(document: JsonObject, toDos: readonly ToDo[]): JsonObject {
  const listed = toDos.map(({ state, pointer, text }): JsonObject => ({ state, pointer, text }));
  return withStudio(document, "to_dos", listed.length === 0 ? undefined : listed);
}
