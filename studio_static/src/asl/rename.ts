/**
 * New names that every reference follows.
 */
import { LONGEST_STATE_NAME } from "../facts";
import { mapLinks } from "./links";
import { freeName } from "./names";
import { isObject, mapEntries, nameOf, own, scopeOf, statePointer, withEntry } from "./pointer";
import { changeScope, mapStates } from "./scope";
import {
  type Definition,
  EditError,
  type Edited,
  type Fragment,
  type Json,
  type JsonObject,
  type StatePointer,
} from "./types";
import { MAP_KEYS, requireState, scopes, stateNames, walk } from "./walk";

/**
 * Rename a state: its key, StartAt, every Next, Default, rule and catcher of its scope. Raises EditError for a name that
 * is empty, longer than 80 characters or another state's (ASL wants names unique in the whole definition).
 */
export function renameState(definition: Definition, pointer: StatePointer, wanted: string): Edited {
  requireState(definition, pointer);
  const old = nameOf(pointer);
  const name = wanted.trim();
  const selected = [statePointer(scopeOf(pointer), name)];
  const label = `Rename ${old} to ${name}`;
  if (name === old) return { definition, label, selected };
  if (name === "") throw new EditError("A state needs a name.", "Type a name.");
  if (name.length > LONGEST_STATE_NAME)
    throw new EditError(`A name has at most ${LONGEST_STATE_NAME} characters.`, "Shorten it; a Comment can say more.");
  if (stateNames(definition).has(name))
    throw new EditError(
      `Another state is called ${name}.`,
      "Names are unique in the whole workflow, branches included.",
    );
  return {
    definition: changeScope(definition, scopeOf(pointer), (scope) => renamedInScope(scope, old, name)),
    label,
    selected,
  };
}

/** A scope object with the state `old` called `name`. */
function renamedInScope(scope: JsonObject, old: string, name: string): JsonObject {
  const states = own(scope, "States");
  if (!isObject(states)) return scope;
  const keyed = withEntry(
    scope,
    "States",
    mapEntries(states, (key, state) => [key === old ? name : key, state]),
  );
  const linked = mapStates(keyed, (state) => {
    const changed = mapLinks(state, (target) => (target === old ? name : target));
    const rules = own(changed, "Choices");
    return Array.isArray(rules) ? withEntry(changed, "Choices", renamedTargets(rules, old, name)) : changed;
  });
  return own(scope, "StartAt") === old ? withEntry(linked, "StartAt", name) : linked;
}

/** Every `Next` in a rule, those of And, Or and Not included, where drafts sometimes have them. */
function renamedTargets(value: Json, old: string, name: string): Json {
  if (Array.isArray(value)) return value.map((item) => renamedTargets(item, old, name));
  if (!isObject(value)) return value;
  return mapEntries(value, (key, item) => {
    if (key === "Next") return [key, item === old ? name : item];
    return [key, key === "And" || key === "Or" || key === "Not" ? renamedTargets(item, old, name) : item];
  });
}

/**
 * The states that say `name` as a text: in quotes in an expression, or compared with by a rule of JSONPath. Whether a
 * text means the state only a person knows.
 */
export function statesThatSay(definition: Definition, name: string): string[] {
  const quoted = [`'${name}'`, JSON.stringify(name)];
  const says = (value: Json, key: string): boolean => {
    if (typeof value === "string")
      return value.startsWith("{%")
        ? quoted.some((text) => value.includes(text))
        : key.startsWith("String") && value === name;
    if (Array.isArray(value)) return value.some((item) => says(item, key));
    return isObject(value) && Object.entries(value).some(([inner, item]) => !INSIDE.has(inner) && says(item, inner));
  };
  return walk(definition).flatMap((found) => (says(found.state, "") ? [found.name] : []));
}

/** Fields of a state that hold other states. */
const INSIDE: ReadonlySet<string> = new Set(["Branches", ...MAP_KEYS]);

/** The fragment with names that `taken` does not have, those of states inside containers included. */
export function renamedFragment(fragment: Fragment, taken: ReadonlySet<string>): Fragment {
  let changed = { StartAt: fragment.StartAt, States: { ...fragment.States } } as JsonObject;
  const used = new Set([...taken, ...stateNames(changed)]);
  for (const found of walk(changed)) {
    if (!taken.has(found.name)) continue;
    const name = freeName(found.name, used);
    used.add(name);
    changed = renameAnywhere(changed, found.name, name);
  }
  return changed as unknown as Fragment;
}

function renameAnywhere(definition: Definition, old: string, name: string): Definition {
  for (const scope of scopes(definition))
    if (Object.hasOwn(scope.states, old))
      return changeScope(definition, scope.pointer, (object) => renamedInScope(object, old, name));
  return definition;
}
