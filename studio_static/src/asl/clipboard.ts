/**
 * Copy and paste as plain ASL: what is copied can be pasted between the braces of `States` in any editor, and what an
 * editor has there can be pasted on the canvas.
 */
import { insertFragment, lineAfter, lineAtEnd } from "./insert";
import { linksOf } from "./links";
import { isObject, nameOf, own, scopeOf, statePointer } from "./pointer";
import { outermost } from "./remove";
import {
  type Definition,
  type EdgeId,
  EditError,
  type Edited,
  type Fragment,
  type Json,
  type StateObject,
  type StatePointer,
} from "./types";
import { findScope, requireState, typeOf } from "./walk";

/** The states as JSON text: `{"Name": {…}, …}`, in the order of the definition. */
export function copyStates(definition: Definition, pointers: readonly StatePointer[]): string {
  const chosen = new Set(outermost(pointers));
  const states: Record<string, StateObject> = {};
  for (const pointer of chosen) {
    const scope = findScope(definition, scopeOf(pointer));
    for (const [name, state] of Object.entries(scope.states))
      if (chosen.has(statePointer(scope.pointer, name))) states[name] = state;
  }
  return JSON.stringify(states, null, 2);
}

/**
 * What a text says, as states: a map of states, one bare state, a definition, or a workflow document. Raises EditError
 * where it is none of them.
 */
function parseStates(text: string): Fragment {
  // A part of `States` cut out of a file has no braces around it, and may end with a comma.
  const fragment = fragmentOf(parsed(text) ?? parsed(`{${text.trim().replace(/,$/, "")}}`) ?? null);
  if (fragment === null)
    throw new EditError("The clipboard holds no states.", "Copy states of a workflow, or ASL in JSON.");
  return fragment;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const looksLikeState = (value: Json): value is StateObject => isObject(value) && typeOf(value) !== null;

function fragmentOf(value: Json): Fragment | null {
  if (!isObject(value)) return null;
  if (looksLikeState(value)) return { StartAt: String(value.Type), States: { [String(value.Type)]: value } };
  const definition = own(value, "definition");
  if (isObject(definition)) return fragmentOf(definition);
  const states = own(value, "States");
  const map = isObject(states) ? states : value;
  const entries = Object.entries(map).filter((entry): entry is [string, StateObject] => looksLikeState(entry[1]));
  if (entries.length === 0 || entries.length < Object.keys(map).length) return null;
  const found = Object.fromEntries(entries);
  const startAt = own(value, "StartAt");
  return {
    StartAt: typeof startAt === "string" && Object.hasOwn(found, startAt) ? startAt : entryOf(found),
    States: found,
  };
}

/** The state that no other leads to; the first where there are several or none. */
function entryOf(states: Readonly<Record<string, StateObject>>): string {
  const targets = new Set(Object.values(states).flatMap((state) => linksOf(state).map((link) => link.target)));
  const names = Object.keys(states);
  return names.find((name) => !targets.has(name)) ?? names[0] ?? "";
}

/** Where a paste goes: on a line, or after a state (on its line), or at the end of the whole. */
type PastePlace = { readonly edge: EdgeId } | { readonly after: StatePointer } | null;

/** Paste copied states; names that are taken get a number. */
export function pasteStates(definition: Definition, text: string, place: PastePlace): Edited {
  const fragment = parseStates(text);
  const count = Object.keys(fragment.States).length;
  const edited = insertFragment(definition, pasteLine(definition, place), fragment);
  return { ...edited, label: `Paste ${count === 1 ? nameOf(edited.selected[0] ?? "") : `${count} states`}` };
}

function pasteLine(definition: Definition, place: PastePlace): EdgeId {
  if (place === null) return lineAtEnd(definition, "");
  if ("edge" in place) return place.edge;
  requireState(definition, place.after);
  return lineAfter(definition, place.after) ?? lineAtEnd(definition, scopeOf(place.after));
}
