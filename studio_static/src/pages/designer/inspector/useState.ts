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
import { cardsOf, type ItemCard } from "../forms/cards";
import { type FieldValue, readField, writeField } from "../forms/field";
import { definitionOf, editState, useDesigner } from "../store";

export interface StateEditor {
  readonly pointer: StatePointer;
  readonly name: string;
  readonly state: StateObject;
  readonly language: QueryLanguage;
  /** Set a field; undefined removes it. */
  readonly set: (key: string, value: Json | undefined) => void;
  /** A field that is written out, or an expression: under JSONPath in its twin `…Path`. */
  readonly given: (key: string) => FieldValue;
  readonly give: (key: string, value: FieldValue) => void;
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
      given: (key) => readField(state, key, language, `${key}Path`),
      give: (key, value) =>
        change(`Edit ${key} of ${name}`, (old) => writeField(old, key, value, language, `${key}Path`), key),
      set: (key, value) =>
        change(
          `Edit ${key} of ${name}`,
          (old) => (value === undefined ? withoutEntry(old, key) : withEntry(old, key, value)),
          key,
        ),
    };
  }, [pointer, state, language]);
}

interface ListField {
  readonly cards: readonly ItemCard[];
  readonly add: (item: JsonObject) => void;
}

/** A list field; `what` is one of its items in a word. Without items it goes away, but a Choice keeps its rules' list. */
export function listOf(
  { state, name, change }: StateEditor,
  key: "Choices" | "Retry" | "Catch",
  what: string,
): ListField {
  const found = own(state, key);
  const items = Array.isArray(found) ? found : [];
  const write = (label: string, next: Json[], field?: string): void =>
    change(
      label,
      (old) => (next.length === 0 && key !== "Choices" ? withoutEntry(old, key) : withEntry(old, key, next)),
      field === undefined ? undefined : `${key} ${field}`,
    );
  return {
    cards: cardsOf(items, what, (label, next, field) => write(`${label} of ${name}`, next, field)),
    add: (item) => write(`Add a ${what} to ${name}`, [...items, item]),
  };
}

export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
export const numberOf = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);
