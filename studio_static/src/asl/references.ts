/**
 * Variables: which hold at a state; and which states lead to one.
 */
import { linksOf } from "./links";
import { isObject, nameOf, own, scopeOf, statePointer } from "./pointer";
import type { Definition, JsonObject, StatePointer } from "./types";
import { containersOf, findScope } from "./walk";

/** The objects under Assign in a state: its own, its rules', its catchers'. */
function assignsOf(state: JsonObject): JsonObject[] {
  const lists = [own(state, "Choices"), own(state, "Catch")].flatMap((list) => (Array.isArray(list) ? list : []));
  return [state, ...lists.filter(isObject)].map((holder) => own(holder, "Assign")).filter(isObject);
}

const namesSetBy = (state: JsonObject): string[] => [
  ...new Set(assignsOf(state).flatMap((assign) => Object.keys(assign).map((key) => key.replace(/\.\$$/, "")))),
];

/** The variables that may hold at a state: set by what can come before it in its scope and around it. */
export function variablesAt(definition: Definition, pointer: StatePointer): string[] {
  const names = new Set<string>();
  for (const at of [...containersOf(pointer), pointer]) {
    const { states } = findScope(definition, scopeOf(at));
    for (const name of reachable(states, nameOf(at), "back"))
      for (const set of namesSetBy(states[name] as JsonObject)) names.add(set);
  }
  return [...names].sort();
}

/** The states that `name` leads to ("on") or that lead to it ("back"), without itself unless a loop leads back. */
export function reachable(
  states: Readonly<Record<string, JsonObject>>,
  name: string,
  way: "on" | "back",
): ReadonlySet<string> {
  const steps = new Map<string, string[]>();
  for (const [source, state] of Object.entries(states))
    for (const { target } of linksOf(state)) {
      if (target === null) continue;
      const [from, to] = way === "on" ? [source, target] : [target, source];
      steps.set(from, [...(steps.get(from) ?? []), to]);
    }
  const found = new Set<string>();
  const pending = [name];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const next of steps.get(at) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      pending.push(next);
    }
  return found;
}

/** The states that lead to `pointer`, for "used by". */
export function predecessors(definition: Definition, pointer: StatePointer): StatePointer[] {
  const { pointer: scope, states } = findScope(definition, scopeOf(pointer));
  const called = nameOf(pointer);
  return Object.entries(states)
    .filter(([, state]) => linksOf(state).some((link) => link.target === called))
    .map(([name]) => statePointer(scope, name));
}
