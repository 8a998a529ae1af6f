/**
 * Taking states out so that the flow goes on where they went on.
 */
import { isTerminal, linksOf, listPort, mapLinks } from "./links";
import { nameOf, own, scopeOf, statePointer, withEntry, within } from "./pointer";
import { changeScope, endState, mapStates, successor, withoutState } from "./scope";
import type { Definition, Edited, JsonObject, ScopePointer, StateObject, StatePointer } from "./types";
import { findScope, requireState, statesIn, typeOf } from "./walk";

/**
 * `definition` in which nothing leads to the state any more: what did leads to its successor. Where it ended the flow,
 * Next becomes End, and rules and catchers, which cannot end, lead to a Succeed state. Where it was a Succeed or a Fail,
 * rules and catchers leading to it are taken away with it, except a Choice's last. The state itself stays in its place.
 */
export function heal(definition: Definition, pointer: StatePointer): Definition {
  const scope = scopeOf(pointer);
  const name = nameOf(pointer);
  const gone = requireState(definition, pointer);
  const target = successor(name, gone);
  const others = Object.entries(findScope(definition, scope).states).filter(([other]) => other !== name);
  const needsEnd = target === null && others.some(([, state]) => wantsEnd(state, name, isTerminal(gone)));
  const made = needsEnd ? endState(definition, scope, name) : { definition, name: null };
  return changeScope(made.definition, scope, (object) => {
    const healed = mapStates(object, (state, other) =>
      other === name ? state : healedLinks(state, name, target, made.name, isTerminal(gone)),
    );
    return own(object, "StartAt") === name ? withEntry(healed, "StartAt", target ?? firstOther(healed, name)) : healed;
  });
}

/** Whether `state` has a rule or catcher to `name` that needs a state to end in. */
function wantsEnd(state: StateObject, name: string, terminal: boolean): boolean {
  const links = linksOf(state).filter((link) => link.port !== "next");
  if (!links.some((link) => link.target === name)) return false;
  return !terminal || (typeOf(state) === "Choice" && links.every((link) => link.target === name));
}

function healedLinks(
  state: StateObject,
  name: string,
  target: string | null,
  end: string | null,
  terminal: boolean,
): StateObject {
  const keep = wantsEnd(state, name, terminal);
  return mapLinks(state, (old, port) => {
    if (old !== name) return old;
    if (target !== null || port === "next") return target;
    return keep ? end : null;
  });
}

function firstOther(scope: JsonObject, name: string): string {
  return Object.keys(statesIn(scope)).find((other) => other !== name) ?? "";
}

/** `definition` without the state, healed. */
export function withoutHealed(definition: Definition, pointer: StatePointer): Definition {
  return changeScope(heal(definition, pointer), scopeOf(pointer), (scope) => withoutState(scope, nameOf(pointer)));
}

/** The pointers without those that lie within another of them. */
export function outermost(pointers: readonly StatePointer[]): StatePointer[] {
  return [...new Set(pointers)].filter((inner) => !pointers.some((outer) => outer !== inner && within(inner, outer)));
}

/** Remove states, whole containers included; each line that led to one leads on. Selects what follows the last. */
export function removeStates(definition: Definition, pointers: readonly StatePointer[]): Edited {
  const gone = outermost(pointers);
  let changed = definition;
  let next: { scope: ScopePointer; name: string | null } | null = null;
  for (const pointer of gone) {
    next = { scope: scopeOf(pointer), name: successor(nameOf(pointer), requireState(changed, pointer)) };
    changed = withoutHealed(changed, pointer);
  }
  const [only] = gone;
  const label = gone.length === 1 && only !== undefined ? `Remove ${nameOf(only)}` : `Remove ${gone.length} states`;
  const selected =
    next?.name && Object.hasOwn(findScope(changed, next.scope).states, next.name)
      ? [statePointer(next.scope, next.name)]
      : [];
  return { definition: changed, label, selected };
}

/** The number of transitions in the same list before `index` that lead to `name`: by so much taking them away shifts. */
export function shiftBefore(state: StateObject, port: Parameters<typeof listPort>[0], name: string): number {
  const list = listPort(port);
  if (list === null) return 0;
  return linksOf(state).filter((link) => {
    const other = listPort(link.port);
    return other?.key === list.key && other.index < list.index && link.target === name;
  }).length;
}
