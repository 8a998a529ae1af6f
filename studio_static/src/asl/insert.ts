/**
 * Putting states on a line: from the palette, from the clipboard, from elsewhere in the workflow.
 */
import { hasNext, linksOf, listPort, mainLink, mapLinks } from "./links";
import { edgeAddress, edgeId, nameOf, scopeOf, statePointer, within } from "./pointer";
import { heal, shiftBefore, withoutHealed } from "./remove";
import { renamedFragment } from "./rename";
import {
  changeScope,
  completedRules,
  edgeTarget,
  endState,
  leadTo,
  relink,
  scopeOfEdge,
  touches,
  withStates,
} from "./scope";
import {
  type Definition,
  type EdgeId,
  EditError,
  type Edited,
  type Fragment,
  type ScopePointer,
  type StateObject,
  type StatePointer,
} from "./types";
import { findScope, requireState, stateNames, typeOf } from "./walk";

/**
 * Insert states on the line `edge`. It leads to the fragment's StartAt; what ends in the fragment goes on where the line
 * led. Names that are taken get a number. A transition out of the fragment is kept where the place has such a state,
 * else it goes on like an end; a catcher of that kind is left out.
 */
export function insertFragment(definition: Definition, edge: EdgeId, fragment: Fragment): Edited {
  if (!Object.hasOwn(fragment.States, fragment.StartAt))
    throw new EditError("There is nothing to insert.", "Copy at least one state.");
  const scope = scopeOfEdge(edge);
  const target = edgeTarget(definition, edge);
  const end = target === null && needsEnd(fragment.States) ? endState(definition, scope) : { definition, name: target };
  const { StartAt, States } = renamedFragment(fragment, stateNames(end.definition));
  const host = findScope(end.definition, scope).states;
  const joined = Object.fromEntries(
    Object.entries(States).map(([name, state]) => [name, joinedState(state, States, host, target, end.name)]),
  );
  const { source, port } = edgeAddress(edge);
  const placed = changeScope(end.definition, scope, (object) =>
    withStates(object, joined, port === "start" ? null : nameOf(source)),
  );
  const names = Object.keys(joined);
  return {
    definition: relink(placed, edge, StartAt),
    label: names.length === 1 ? `Insert ${StartAt}` : `Insert ${names.length} states`,
    selected: names.map((name) => statePointer(scope, name)),
  };
}

/** Whether one of the states is a Choice that would have to end. */
function needsEnd(states: Fragment["States"]): boolean {
  return Object.values(states).some((state) => {
    if (typeOf(state) !== "Choice") return false;
    const links = linksOf(state);
    const rules = Array.isArray(state.Choices) ? state.Choices.length : 0;
    return (
      links.length < rules + 1 || links.some((link) => link.target !== null && !Object.hasOwn(states, link.target))
    );
  });
}

function joinedState(
  state: StateObject,
  inside: Fragment["States"],
  host: Readonly<Record<string, StateObject>>,
  target: string | null,
  end: string | null,
): StateObject {
  const linked = mapLinks(state, (old, port) => {
    if (old !== null && Object.hasOwn(inside, old)) return old;
    if (port === "next") return target;
    if (old !== null && Object.hasOwn(host, old)) return old;
    return port.startsWith("catch/") ? null : end;
  });
  if (typeOf(linked) === "Choice" && end !== null) {
    const ruled = completedRules(linked, end);
    return Object.hasOwn(ruled, "Default") ? ruled : { ...ruled, Default: end };
  }
  if (!hasNext(linked) || linksOf(linked).some((link) => link.port === "next")) return linked;
  return target === null ? { ...linked, End: true } : { ...linked, Next: target };
}

/** The line that a state placed after `pointer` goes on: its Next or Default; null for Succeed, Fail, a bare Choice. */
export function lineAfter(definition: Definition, pointer: StatePointer): EdgeId | null {
  const link = mainLink(requireState(definition, pointer));
  return link === null ? null : edgeId(pointer, link.port);
}

/** The line to append to a scope: the first that ends in it along the way from StartAt, else StartAt's own. */
export function lineAtEnd(definition: Definition, scope: ScopePointer): EdgeId {
  const { states, startAt } = findScope(definition, scope);
  const seen = new Set<string>();
  let last = edgeId(scope, "start");
  for (let name: string | null = startAt; name !== null && !seen.has(name); ) {
    const state: StateObject | undefined = states[name];
    if (state === undefined || !Object.hasOwn(states, name)) break;
    seen.add(name);
    const link = mainLink(state);
    if (link === null) break;
    last = edgeId(statePointer(scope, name), link.port);
    name = link.target;
  }
  return last;
}

/**
 * Move a state onto another line: what led to it leads on, and it goes on where the line led. Into another branch its
 * rules and catchers come along as insertFragment joins them. On its own lines nothing changes.
 */
export function moveState(definition: Definition, pointer: StatePointer, edge: EdgeId): Edited {
  const state = requireState(definition, pointer);
  const name = nameOf(pointer);
  const label = `Move ${name}`;
  const { source, port } = edgeAddress(edge);
  if (source !== pointer && within(source, pointer))
    throw new EditError(`${name} cannot be moved into itself.`, "Drop it on a line outside.");
  if ((source === pointer && port !== "start") || touches(definition, edge, pointer))
    return { definition, label, selected: [pointer] };
  const scope = scopeOfEdge(edge);
  if (scope !== scopeOf(pointer)) {
    const inserted = insertFragment(withoutHealed(definition, pointer), edge, {
      StartAt: name,
      States: { [name]: state },
    });
    return { ...inserted, label };
  }
  const healed = heal(definition, pointer);
  const line = shifted(definition, healed, edge, name);
  const target = edgeTarget(healed, line);
  return { definition: relink(leadTo(healed, pointer, target), line, name), label, selected: [pointer] };
}

/** The id of the line `edge` after healing took away rules or catchers before it. */
function shifted(before: Definition, after: Definition, edge: EdgeId, name: string): EdgeId {
  const { source, port } = edgeAddress(edge);
  const list = listPort(port);
  if (list === null) return edge;
  const length = (definition: Definition): number => {
    const items = requireState(definition, source)[list.key];
    return Array.isArray(items) ? items.length : 0;
  };
  if (length(before) === length(after)) return edge;
  const index = list.index - shiftBefore(requireState(before, source), port, name);
  return edgeId(source, list.key === "Choices" ? `choice/${index}` : `catch/${index}`);
}

/**
 * Connect a state that nothing leads to: the line `edge` leads to it, and the end of its own way goes on where the line
 * led. States that it alone leads to come back with it.
 */
export function attachState(definition: Definition, pointer: StatePointer, edge: EdgeId): Edited {
  const scope = scopeOfEdge(edge);
  const label = `Connect ${nameOf(pointer)}`;
  if (scope !== scopeOf(pointer)) return { ...moveState(definition, pointer, edge), label };
  if (touches(definition, edge, pointer)) return { definition, label, selected: [pointer] };
  const target = edgeTarget(definition, edge);
  const linked = relink(definition, edge, nameOf(pointer));
  const tail = tailOf(linked, pointer);
  const state = requireState(linked, tail);
  const open = hasNext(state) && (mainLink(state)?.target ?? null) === null;
  const joined = open && target !== null ? leadTo(linked, tail, target) : linked;
  return { definition: joined, label, selected: [pointer] };
}

/** The last state on the main way from `pointer`. */
function tailOf(definition: Definition, pointer: StatePointer): StatePointer {
  const scope = scopeOf(pointer);
  const { states } = findScope(definition, scope);
  const seen = new Set<string>();
  let name = nameOf(pointer);
  for (;;) {
    seen.add(name);
    const state = states[name];
    const next = state === undefined ? null : (mainLink(state)?.target ?? null);
    if (next === null || seen.has(next) || !Object.hasOwn(states, next)) return statePointer(scope, name);
    name = next;
  }
}

/** Duplicate states right behind themselves; one that nothing can follow stands unconnected, to be wired by hand. */
export function duplicateStates(definition: Definition, pointers: readonly StatePointer[]): Edited {
  let changed = definition;
  const selected: StatePointer[] = [];
  for (const pointer of pointers) {
    const state = requireState(changed, pointer);
    const name = nameOf(pointer);
    const line = hasNext(state) ? lineAfter(changed, pointer) : null;
    const taken = stateNames(changed);
    if (line !== null) {
      const copy = insertFragment(changed, line, { StartAt: name, States: { [name]: state } });
      changed = copy.definition;
      selected.push(...copy.selected);
      continue;
    }
    const { States } = renamedFragment({ StartAt: name, States: { [name]: state } }, taken);
    const scope = scopeOf(pointer);
    changed = changeScope(changed, scope, (object) => withStates(object, States, name));
    selected.push(...Object.keys(States).map((key) => statePointer(scope, key)));
  }
  const [only] = pointers;
  const label =
    pointers.length === 1 && only !== undefined ? `Duplicate ${nameOf(only)}` : `Duplicate ${pointers.length} states`;
  return { definition: changed, label, selected };
}
