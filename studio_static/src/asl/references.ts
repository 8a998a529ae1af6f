/**
 * Variables: where Assign sets them, where expressions read them, which hold at a state.
 */
import { linksOf } from "./links";
import { isObject, nameOf, own, scopeOf, statePointer } from "./pointer";
import type { Definition, Json, JsonObject, StatePointer } from "./types";
import { containersOf, findScope, MAP_KEYS, walk } from "./walk";

export interface Variables {
  /** By name, the states that set it. */
  readonly assigned: Readonly<Record<string, readonly StatePointer[]>>;
  /** By name, the states that read it. */
  readonly used: Readonly<Record<string, readonly StatePointer[]>>;
}

/** JSONata's own words after a dollar that are no variables: `$states`, and every function when it is called. */
const NAME = /\$([A-Za-z_][A-Za-z0-9_]*)(?!\s*\(|[A-Za-z0-9_])/g;
const JSONATA_LOCAL = /\$([A-Za-z_][A-Za-z0-9_]*)\s*:=|function\s*\(([^)]*)\)/g;

/** The variables an expression or path reads: `{% $total > $limit %}` → total, limit; `$order.id` → order. */
export function variablesIn(text: string): string[] {
  const expression = /^\s*\{%([\s\S]*)%\}\s*$/.exec(text)?.[1];
  if (expression === undefined) {
    const names = [...text.matchAll(/(?<![$\w'])\$([A-Za-z_][A-Za-z0-9_]*)/g)].map((match) => match[1] ?? "");
    return /^\s*(\$[A-Za-z_]|States\.)/.test(text) ? [...new Set(names)] : [];
  }
  const code = expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[\s\S]*?\*\//g, "''");
  const local = new Set<string>();
  for (const match of code.matchAll(JSONATA_LOCAL))
    for (const name of (match[1] ?? match[2] ?? "").split(",")) local.add(name.trim().replace(/^\$/, ""));
  const names = [...code.matchAll(NAME)]
    .map((match) => match[1] ?? "")
    .filter((name) => name !== "states" && !local.has(name));
  return [...new Set(names)];
}

/** Every string in a state, without the states inside it. */
function* stringsIn(value: Json, inner: ReadonlySet<string>): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* stringsIn(item, inner);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) if (!inner.has(key)) yield* stringsIn(item, new Set());
}

/** The objects under Assign in a state: its own, its rules', its catchers'. */
function assignsOf(state: JsonObject): JsonObject[] {
  const lists = [own(state, "Choices"), own(state, "Catch")].flatMap((list) => (Array.isArray(list) ? list : []));
  return [state, ...lists.filter(isObject)].map((holder) => own(holder, "Assign")).filter(isObject);
}

const namesSetBy = (state: JsonObject): string[] => [
  ...new Set(assignsOf(state).flatMap((assign) => Object.keys(assign).map((key) => key.replace(/\.\$$/, "")))),
];

const INNER = new Set<string>(["Branches", ...MAP_KEYS, "Comment", "Type", "Next", "Default", "Resource"]);

/** Where each variable of the definition is set and read. */
export function variableReferences(definition: Definition): Variables {
  const assigned = new Map<string, StatePointer[]>();
  const used = new Map<string, StatePointer[]>();
  const note = (map: Map<string, StatePointer[]>, name: string, pointer: StatePointer): void => {
    map.set(name, [...(map.get(name) ?? []), pointer]);
  };
  for (const { pointer, state } of walk(definition)) {
    for (const name of namesSetBy(state)) note(assigned, name, pointer);
    const read = new Set([...stringsIn(state, INNER)].flatMap(variablesIn));
    for (const name of read) note(used, name, pointer);
  }
  return { assigned: Object.fromEntries(assigned), used: Object.fromEntries(used) };
}

/** The variables that may hold at a state: set by what can come before it in its scope and around it. */
export function variablesAt(definition: Definition, pointer: StatePointer): string[] {
  const names = new Set<string>();
  for (const at of [...containersOf(pointer), pointer]) {
    const { states } = findScope(definition, scopeOf(at));
    for (const name of ancestorsIn(states, nameOf(at)))
      for (const set of namesSetBy(states[name] as JsonObject)) names.add(set);
  }
  return [...names].sort();
}

/** The states from which `name` can be reached, without itself unless a loop leads back. */
function ancestorsIn(states: Readonly<Record<string, JsonObject>>, name: string): Set<string> {
  const sources = new Map<string, string[]>();
  for (const [source, state] of Object.entries(states))
    for (const { target } of linksOf(state))
      if (target !== null) sources.set(target, [...(sources.get(target) ?? []), source]);
  const found = new Set<string>();
  const pending = [name];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const source of sources.get(at) ?? []) {
      if (found.has(source)) continue;
      found.add(source);
      pending.push(source);
    }
  return found;
}

/** The states that lead to `pointer`, for "used by". */
export function predecessors(definition: Definition, pointer: StatePointer): StatePointer[] {
  const { pointer: scope, states } = findScope(definition, scopeOf(pointer));
  return Object.entries(states)
    .filter(([, state]) => linksOf(state).some((link) => link.target === nameOf(pointer)))
    .map(([name]) => statePointer(scope, name));
}
