/** The selected state and the ways to change its fields, each a step of the history with a name. */
import { useMemo } from "react";
import {
  type Json,
  type JsonObject,
  nameOf,
  own,
  type QueryLanguage,
  queryLanguageOf,
  type StateObject,
  type StatePointer,
  withEntry,
  withoutEntry,
} from "../../../asl";
import { definitionOf, editState, useDesigner } from "../store";

export interface StateEditor {
  readonly pointer: StatePointer;
  readonly name: string;
  readonly state: StateObject;
  readonly language: QueryLanguage;
  /** Set a field; undefined removes it. */
  readonly set: (key: string, value: Json | undefined) => void;
  /** Change several fields at once. */
  readonly change: (label: string, change: (state: StateObject) => StateObject, field?: string) => void;
}

export function useStateEditor(pointer: StatePointer, state: StateObject): StateEditor {
  const language = useDesigner((all) => queryLanguageOf(definitionOf(all), pointer));
  return useMemo(() => {
    const name = nameOf(pointer);
    const change: StateEditor["change"] = (label, apply, field) => editState(pointer, label, apply, field ?? null);
    return {
      pointer,
      name,
      state,
      language,
      change,
      set: (key, value) =>
        change(
          `Edit ${key} of ${name}`,
          (old) => (value === undefined ? withoutEntry(old, key) : withEntry(old, key, value)),
          key,
        ),
    };
  }, [pointer, state, language]);
}

/** The items of a list field that are objects, and everything else as it is. */
export function listOf(state: StateObject, key: string): JsonObject[] {
  const found = own(state, key);
  return Array.isArray(found) ? (found as JsonObject[]) : [];
}

export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
export const numberOf = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);
