/**
 * Changing one scope or one state of a definition; what every edit is made of.
 */
import { hasNext, linksOf, listPort, mainLink, objectsIn, withLink } from "./links";
import { freeName } from "./names";
import { changeAt, edgeAddress, isObject, mapEntries, nameOf, own, scopeOf, withEntry, withoutEntry } from "./pointer";
import {
  type Definition,
  type EdgeId,
  EditError,
  type JsonObject,
  type Port,
  type ScopePointer,
  type StateObject,
} from "./types";
import { findScope, requireState, stateNames, typeOf } from "./walk";

/** `definition` with the scope object at `pointer` changed. */
export function changeScope(
  definition: Definition,
  pointer: ScopePointer,
  change: (scope: JsonObject) => JsonObject,
): Definition {
  return changeAt(definition, pointer, (scope) => (isObject(scope) ? change(scope) : scope));
}

/** `definition` with the state at `pointer` changed. Raises EditError where there is none. */
export function changeState(
  definition: Definition,
  pointer: string,
  change: (state: StateObject) => StateObject,
): Definition {
  requireState(definition, pointer);
  return changeAt(definition, pointer, (state) => change(state as StateObject));
}

/** `scope` with every state sent through `change`. */
export function mapStates(scope: JsonObject, change: (state: StateObject, name: string) => StateObject): JsonObject {
  const states = own(scope, "States");
  if (!isObject(states)) return scope;
  return withEntry(
    scope,
    "States",
    mapEntries(states, (name, state) => [name, isObject(state) ? change(state, name) : state]),
  );
}

/** `scope` with `states` put after the state `after`, before all others where that is null. */
export function withStates(
  scope: JsonObject,
  states: Readonly<Record<string, StateObject>>,
  after: string | null,
): JsonObject {
  const old = own(scope, "States");
  const entries = Object.entries(isObject(old) ? old : {});
  const place = after === null ? 0 : entries.findIndex(([name]) => name === after) + 1 || entries.length;
  return withEntry(
    scope,
    "States",
    Object.fromEntries([...entries.slice(0, place), ...Object.entries(states), ...entries.slice(place)]),
  );
}

/** `scope` without the state `name`; its StartAt is the caller's to care for. */
export function withoutState(scope: JsonObject, name: string): JsonObject {
  const states = own(scope, "States");
  return isObject(states) ? withEntry(scope, "States", withoutEntry(states, name)) : scope;
}

/** The scope that a line is drawn in. */
export function scopeOfEdge(id: EdgeId): ScopePointer {
  const { source, port } = edgeAddress(id);
  return port === "start" ? source : scopeOf(source);
}

/**
 * Where the line `id` leads: a state's name, null for the end and for a rule, catcher or default that leads nowhere yet.
 * Raises EditError where there is no such line.
 */
export function edgeTarget(definition: Definition, id: EdgeId): string | null {
  const { source, port } = edgeAddress(id);
  if (port === "start") {
    const scope = findScope(definition, source);
    return Object.hasOwn(scope.states, scope.startAt) ? scope.startAt : null;
  }
  const state = requireState(definition, source);
  const link = linksOf(state).find((candidate) => candidate.port === port);
  if (link === undefined && !hasPlace(state, port))
    throw new EditError("That line is no longer there.", "Drop the step on another line.");
  return link?.target ?? null;
}

/** Whether a target can be written at `port`. */
function hasPlace(state: StateObject, port: Port): boolean {
  const list = listPort(port);
  if (list !== null) return objectsIn(state, list.key).some(({ index }) => index === list.index);
  return port === "default" ? typeOf(state) === "Choice" : hasNext(state);
}

/** `definition` with the line `id` leading to `target`. */
export function relink(definition: Definition, id: EdgeId, target: string | null): Definition {
  const { source, port } = edgeAddress(id);
  if (port === "start") return changeScope(definition, source, (scope) => withEntry(scope, "StartAt", target ?? ""));
  return changeState(definition, source, (state) => withLink(state, port, target));
}

/**
 * A plain Succeed state of the scope, for rules and catchers to lead to where the flow ends; made where there is none.
 * `except` is not taken: it is about to go.
 */
export function endState(
  definition: Definition,
  scope: ScopePointer,
  except?: string,
): { definition: Definition; name: string } {
  const { states } = findScope(definition, scope);
  for (const [name, state] of Object.entries(states))
    if (name !== except && typeOf(state) === "Succeed" && Object.keys(state).length === 1) return { definition, name };
  const name = freeName("Done", stateNames(definition));
  const last = Object.keys(states).at(-1) ?? null;
  return {
    definition: changeScope(definition, scope, (object) => withStates(object, { [name]: { Type: "Succeed" } }, last)),
    name,
  };
}

/** Where the flow goes on after the state: a name of its scope other than its own, or null for the end. */
export function successor(name: string, state: StateObject): string | null {
  const target = mainLink(state)?.target ?? null;
  return target === name ? null : target;
}

/**
 * The state at `pointer` going on to `target`: its Next, a Choice's Default and its rules without a target. A Choice
 * cannot end by itself, so a Succeed state is made for it where `target` is null. Succeed and Fail stay as they are.
 */
export function leadTo(definition: Definition, pointer: string, target: string | null): Definition {
  const state = requireState(definition, pointer);
  if (hasNext(state)) return changeState(definition, pointer, (old) => withLink(old, "next", target));
  if (typeOf(state) !== "Choice") return definition;
  const end = target === null ? endState(definition, scopeOf(pointer)) : { definition, name: target };
  return changeState(end.definition, pointer, (old) => withLink(completedRules(old, end.name), "default", end.name));
}

/** The Choice with `target` written into each rule that has none. */
export function completedRules(state: StateObject, target: string): StateObject {
  const rules = own(state, "Choices");
  if (!Array.isArray(rules)) return state;
  const whole = (rule: JsonObject): boolean => typeof own(rule, "Next") === "string" && own(rule, "Next") !== "";
  if (rules.every((rule) => !isObject(rule) || whole(rule))) return state;
  return withEntry(
    state,
    "Choices",
    rules.map((rule) => (isObject(rule) && !whole(rule) ? withEntry(rule, "Next", target) : rule)),
  );
}

/** Whether `pointer` is the state that the line `id` starts from or leads to. */
export function touches(definition: Definition, id: EdgeId, pointer: string): boolean {
  const { source, port } = edgeAddress(id);
  if (port !== "start" && source === pointer) return true;
  return scopeOfEdge(id) === scopeOf(pointer) && edgeTarget(definition, id) === nameOf(pointer);
}
