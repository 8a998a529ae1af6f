/**
 * Putting selected states into a Parallel or a Map, and giving them a retry.
 */
import { canFail, linksOf, mapLinks } from "./links";
import { freeName } from "./names";
import { nameOf, own, scopeOf, statePointer, withEntry } from "./pointer";
import { outermost } from "./remove";
import { changeScope, changeState, mapStates, withoutState, withStates } from "./scope";
import {
  type Definition,
  EditError,
  type Edited,
  type Json,
  type JsonObject,
  type StateObject,
  type StatePointer,
} from "./types";
import { findScope, queryLanguageOf, requireState, type Scope, stateNames, typeOf } from "./walk";

/** `together`: the selection is one branch. `side by side`: each state of a chain is a branch of its own. */
type ParallelShape = "together" | "side by side";

interface Region {
  readonly scope: Scope;
  readonly names: readonly string[];
  readonly entry: string;
  /** Where it goes on; null for the end. */
  readonly exit: string | null;
  /** Catchers that lead out of it, which a branch's states cannot have: the container gets them. */
  readonly catchers: readonly JsonObject[];
}

/** The selection as one region with one way in and one way out. Raises EditError where it has more. */
function regionOf(definition: Definition, pointers: readonly StatePointer[]): Region {
  const chosen = outermost(pointers);
  const [first] = chosen;
  if (first === undefined) throw new EditError("Nothing is selected.", "Select the states to wrap.");
  const scope = findScope(definition, scopeOf(first));
  if (chosen.some((pointer) => scopeOf(pointer) !== scope.pointer))
    throw new EditError("The selected states stand in different branches.", "Select states of one branch.");
  const names = Object.keys(scope.states).filter((name) => chosen.includes(statePointer(scope.pointer, name)));
  const inside = new Set(names);
  const entries = new Set<string>(inside.has(scope.startAt) ? [scope.startAt] : []);
  for (const [name, state] of Object.entries(scope.states))
    if (!inside.has(name))
      for (const link of linksOf(state)) if (link.target !== null && inside.has(link.target)) entries.add(link.target);
  if (entries.size > 1)
    throw new EditError(
      `The selection is entered in ${entries.size} places.`,
      "Select states that are entered in one place.",
    );
  const exits = new Set<string | null>();
  const catchers: JsonObject[] = [];
  for (const name of names) {
    const state = scope.states[name] as StateObject;
    for (const link of linksOf(state)) {
      if (link.target !== null && inside.has(link.target)) continue;
      if (!link.port.startsWith("catch/")) exits.add(link.target);
      else catchers.push(catcherAt(state, link.port));
    }
  }
  if (exits.size > 1)
    throw new EditError(`The selection goes on to ${exits.size} places.`, "Select states that go on to one place.");
  const entry = [...entries][0] ?? names[0] ?? "";
  return { scope, names, entry, exit: [...exits][0] ?? null, catchers: unique(catchers) };
}

function catcherAt(state: StateObject, port: string): JsonObject {
  const list = own(state, "Catch");
  return (Array.isArray(list) ? list[Number(port.split("/")[1])] : {}) as JsonObject;
}

const unique = (items: readonly JsonObject[]): JsonObject[] => [
  ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
];

/** The region's states as a scope of their own: ways out become ends. */
function asBranch(region: Region, names: readonly string[], entry: string, taken: Set<string>): JsonObject {
  const inside = new Set(names);
  const done = freeName("Done", taken);
  let needsDone = false;
  const states = Object.fromEntries(
    names.map((name) => {
      const state = mapLinks(region.scope.states[name] as StateObject, (target, port) => {
        if (target !== null && inside.has(target)) return target;
        if (port === "next" || port.startsWith("catch/")) return null;
        needsDone = true;
        return done;
      });
      return [name, state];
    }),
  );
  if (needsDone) {
    taken.add(done);
    states[done] = { Type: "Succeed" };
  }
  return { StartAt: entry, States: states };
}

function wrapped(
  definition: Definition,
  region: Region,
  wanted: string,
  container: StateObject,
  label: string,
): Edited {
  const { scope, names, entry, exit, catchers } = region;
  const name = freeName(wanted, stateNames(definition));
  const state: JsonObject = {
    ...container,
    ...(catchers.length > 0 ? { Catch: catchers as unknown as Json[] } : {}),
    ...(exit === null ? { End: true } : { Next: exit }),
  };
  const changed = changeScope(definition, scope.pointer, (object) => {
    const placed = withStates(object, { [name]: state }, entry);
    const bare = names.reduce(withoutState, placed);
    const linked = mapStates(bare, (old, oldName) =>
      oldName === name ? old : mapLinks(old, (target) => (target === entry ? name : target)),
    );
    return own(linked, "StartAt") === entry ? withEntry(linked, "StartAt", name) : linked;
  });
  return { definition: changed, label, selected: [statePointer(scope.pointer, name)] };
}

const what = (names: readonly string[]): string => (names.length === 1 ? (names[0] ?? "") : `${names.length} states`);

/** Wrap the selection in a Parallel. Catchers that led out of it become the Parallel's. */
export function wrapInParallel(
  definition: Definition,
  pointers: readonly StatePointer[],
  shape: ParallelShape = "together",
): Edited {
  const region = regionOf(definition, pointers);
  const taken = stateNames(definition);
  const groups = shape === "together" ? [region.names] : chainOf(region).map((name) => [name]);
  const branches = groups.map((names) =>
    asBranch(region, names, shape === "together" ? region.entry : (names[0] ?? ""), taken),
  );
  return wrapped(
    definition,
    region,
    "In parallel",
    { Type: "Parallel", Branches: branches },
    `Wrap ${what(region.names)} in a Parallel`,
  );
}

/** The region's states in their order. Raises EditError where they are no plain chain. */
function chainOf(region: Region): string[] {
  const chain: string[] = [];
  for (
    let name: string | null = region.entry;
    name !== null && region.names.includes(name) && !chain.includes(name);
  ) {
    const state = region.scope.states[name] as StateObject;
    if (typeOf(state) === "Choice")
      throw new EditError(
        `${name} decides what follows; it cannot run beside it.`,
        "Wrap the selection as one branch.",
      );
    chain.push(name);
    name = linksOf(state).find((link) => link.port === "next")?.target ?? null;
  }
  if (chain.length !== region.names.length)
    throw new EditError("The selected states do not follow one another.", "Select a chain, or wrap as one branch.");
  return chain;
}

/** Wrap the selection in a Map over the input's `items`: it runs for each of them. */
export function wrapInMap(definition: Definition, pointers: readonly StatePointer[]): Edited {
  const region = regionOf(definition, pointers);
  const branch = asBranch(region, region.names, region.entry, stateNames(definition));
  const jsonata = queryLanguageOf(definition, null) === "JSONata";
  const source: JsonObject = jsonata ? { Items: "{% $states.input.items %}" } : { ItemsPath: "$.items" };
  const processor = { ProcessorConfig: { Mode: "INLINE" }, ...branch };
  return wrapped(
    definition,
    region,
    "For each item",
    { Type: "Map", ...source, ItemProcessor: processor },
    `Wrap ${what(region.names)} in a Map`,
  );
}

export const STANDARD_RETRY: JsonObject = {
  ErrorEquals: ["States.TaskFailed", "States.Timeout"],
  IntervalSeconds: 2,
  MaxAttempts: 3,
  BackoffRate: 2,
};

/** Give each selected Task, Parallel and Map the standard retry, unless it has one for the same errors. */
export function addRetry(definition: Definition, pointers: readonly StatePointer[]): Edited {
  const able = pointers.filter((pointer) => canFail(requireState(definition, pointer)));
  if (able.length === 0)
    throw new EditError(
      "None of the selected states can be tried again.",
      "Only Task, Parallel and Map states have Retry.",
    );
  const errors = JSON.stringify(STANDARD_RETRY.ErrorEquals);
  const changed = able.reduce(
    (at, pointer) =>
      changeState(at, pointer, (state) => {
        const list = own(state, "Retry");
        const old = Array.isArray(list) ? list : [];
        const same = old.some((item) => JSON.stringify((item as JsonObject | null)?.ErrorEquals) === errors);
        return same ? state : withRetriers(state, [...old, STANDARD_RETRY]);
      }),
    definition,
  );
  return { definition: changed, label: `Add a retry to ${what(able.map(nameOf))}`, selected: able };
}

/** Retriers in ASL's order: one for States.ALL stands last. */
function withRetriers(state: StateObject, list: readonly Json[]): StateObject {
  const all = (item: Json): boolean => JSON.stringify(item).includes('"States.ALL"');
  return withEntry(state, "Retry", [...list.filter((item) => !all(item)), ...list.filter(all)]);
}
