/**
 * Going through a definition: its scopes (the whole, each branch of a Parallel, a Map's processor) and their states.
 * Nothing here assumes a valid definition; what is no object is not entered.
 */
import { STATE_TYPES } from "../facts";
import { isObject, own, ownerOf, scopeOf, statePointer, valueAt } from "./pointer";
import {
  type Definition,
  EditError,
  type JsonObject,
  type QueryLanguage,
  type ScopePointer,
  type StateObject,
  type StatePointer,
  type StateType,
} from "./types";

export interface Scope {
  readonly pointer: ScopePointer;
  /** The Parallel or Map state; null for the whole definition. */
  readonly owner: StatePointer | null;
  /** Which branch it is; 0 for a Map's processor and the whole. */
  readonly branch: number;
  readonly startAt: string;
  readonly states: Readonly<Record<string, StateObject>>;
}

interface FoundState {
  readonly pointer: StatePointer;
  readonly name: string;
  readonly state: StateObject;
  readonly scope: Scope;
  /** 0 at the top, one more in each container. */
  readonly depth: number;
}

export const MAP_KEYS = ["ItemProcessor", "Iterator"] as const;

const TYPES: ReadonlySet<string> = new Set(STATE_TYPES);

/** The state's Type, or null where it is none of the eight. */
export function typeOf(state: StateObject): StateType | null {
  const type = own(state, "Type");
  return typeof type === "string" && TYPES.has(type) ? (type as StateType) : null;
}

/** The states of a scope object by name; an entry that is no object is left out. */
export function statesIn(scope: JsonObject): Readonly<Record<string, StateObject>> {
  const states = own(scope, "States");
  if (!isObject(states)) return {};
  if (Object.values(states).every(isObject)) return states as Record<string, StateObject>;
  return Object.fromEntries(
    Object.entries(states).filter((entry): entry is [string, StateObject] => isObject(entry[1])),
  );
}

function scopeAt(object: JsonObject, pointer: ScopePointer, owner: StatePointer | null, branch: number): Scope {
  const startAt = own(object, "StartAt");
  return { pointer, owner, branch, startAt: typeof startAt === "string" ? startAt : "", states: statesIn(object) };
}

const rootScope = (definition: Definition): Scope => scopeAt(definition, "", null, 0);

/** The scope at `pointer`. Raises EditError where there is none. */
export function findScope(definition: Definition, pointer: ScopePointer): Scope {
  if (pointer === "") return rootScope(definition);
  for (const scope of scopes(definition)) if (scope.pointer === pointer) return scope;
  throw new EditError(`There is no branch at ${pointer}.`, "It may have been removed; select another place.");
}

/** The scopes that `state` contains: a Parallel's branches, a Map's processor. */
export function scopesOf(state: StateObject, pointer: StatePointer): Scope[] {
  const type = own(state, "Type");
  if (type === "Parallel") {
    const branches = own(state, "Branches");
    if (!Array.isArray(branches)) return [];
    return branches.flatMap((branch, index) =>
      isObject(branch) ? [scopeAt(branch, `${pointer}/Branches/${index}`, pointer, index)] : [],
    );
  }
  if (type === "Map") {
    for (const key of MAP_KEYS) {
      const processor = own(state, key);
      if (isObject(processor)) return [scopeAt(processor, `${pointer}/${key}`, pointer, 0)];
    }
  }
  return [];
}

/** Every scope, outer before inner. */
export function* scopes(definition: Definition): Generator<Scope> {
  const pending: Scope[] = [rootScope(definition)];
  for (let scope = pending.shift(); scope !== undefined; scope = pending.shift()) {
    yield scope;
    for (const [name, state] of Object.entries(scope.states))
      pending.push(...scopesOf(state, statePointer(scope.pointer, name)));
  }
}

/** Definitions never change in place: each is gone through once. */
const walked = new WeakMap<Definition, readonly FoundState[]>();

/** Every state, a container before what it contains, in the order of the text. */
export function walk(definition: Definition): readonly FoundState[] {
  const known = walked.get(definition);
  if (known !== undefined) return known;
  const found: FoundState[] = [];
  const inside = (scope: Scope, depth: number): void => {
    for (const [name, state] of Object.entries(scope.states)) {
      const pointer = statePointer(scope.pointer, name);
      found.push({ pointer, name, state, scope, depth });
      for (const inner of scopesOf(state, pointer)) inside(inner, depth + 1);
    }
  };
  inside(rootScope(definition), 0);
  walked.set(definition, found);
  return found;
}

/** The state at `pointer`, or undefined. */
export function stateAt(definition: Definition, pointer: StatePointer): StateObject | undefined {
  const found = valueAt(definition, pointer);
  return isObject(found) ? found : undefined;
}

/** The state at `pointer`. Raises EditError where there is none. */
export function requireState(definition: Definition, pointer: StatePointer): StateObject {
  const state = stateAt(definition, pointer);
  if (state === undefined)
    throw new EditError(`There is no state at ${pointer}.`, "It may have been removed; select another.");
  return state;
}

/** Every state's name; ASL wants them unique in the whole definition, branches included. */
export function stateNames(definition: Definition): Set<string> {
  return new Set(walk(definition).map((found) => found.name));
}

/** The states of `after` whose names `before` has not, without what is inside of another of them. */
export function newStates(before: Definition, after: Definition): StatePointer[] {
  const known = stateNames(before);
  const found = new Set(walk(after).flatMap(({ name, pointer }) => (known.has(name) ? [] : [pointer])));
  return [...found].filter((pointer) => !containersOf(pointer).some((owner) => found.has(owner)));
}

/** Pointers of the states called `name`: one, in a valid definition. */
export function pointersOf(definition: Definition, name: string): StatePointer[] {
  return walk(definition)
    .filter((found) => found.name === name)
    .map((found) => found.pointer);
}

/** The query language that holds for the state at `pointer`: its own, else the definition's, else JSONPath. */
export function queryLanguageOf(definition: Definition, pointer: StatePointer | null): QueryLanguage {
  const named = pointer === null ? undefined : own(stateAt(definition, pointer), "QueryLanguage");
  const language = named ?? own(definition, "QueryLanguage");
  return language === "JSONata" ? "JSONata" : "JSONPath";
}

/** The states around a scope, outermost first. */
export function ownersOf(scope: ScopePointer): StatePointer[] {
  const owner = ownerOf(scope);
  return owner === null ? [] : [...containersOf(owner), owner];
}

/** The states around `pointer`, outermost first, without itself. */
export function containersOf(pointer: StatePointer): StatePointer[] {
  return ownersOf(scopeOf(pointer));
}
