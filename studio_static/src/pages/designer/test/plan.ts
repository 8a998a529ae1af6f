/** What a test would run: the states of a part, and among them the calls that have to be answered. Pure. */
import {
  containersOf,
  type Definition,
  findScope,
  type Json,
  type JsonObject,
  nameOf,
  own,
  pinsOf,
  reachable,
  resourceParts,
  type StatePointer,
  scopeOf,
  stateAt,
  statePath,
  statePointer,
  typeOf,
  walk,
  withEntry,
  within,
  withoutEntry,
  withStudio,
} from "../../../asl";
import { READING_VERBS } from "../../../facts";
import { type ActionInfo, type ConnectorList, findAction } from "../palette/items";
import { sampleOf } from "../values/paths";

export type Mode = "step" | "up_to" | "from" | "all";

/** A Task that would be called. */
export interface Call {
  readonly pointer: StatePointer;
  /** How the API names it: `Fulfil/0/Reserve Stock`. */
  readonly path: string;
  readonly name: string;
  readonly resource: string;
  readonly reads: boolean;
  /** What stands in for its answer until somebody says otherwise. */
  readonly sample: Json;
}

/** An AWS action reads when its name begins with such a verb, and nothing is waited for. */
function awsReads(resource: string): boolean {
  const { kind, action, pattern } = resourceParts(resource);
  return kind === "aws" && pattern === "request" && READING_VERBS.some((verb) => action.toLowerCase().startsWith(verb));
}

/** The calls of the part, in the order of the text. */
export function callsOf(
  definition: Definition,
  mode: Mode,
  selected: StatePointer | null,
  connectors: ConnectorList | null,
): Call[] {
  const part = statesOf(definition, mode, selected);
  return walk(definition).flatMap(({ pointer, name, state }) => {
    const resource = own(state, "Resource");
    if (!part(pointer) || typeOf(state) !== "Task" || typeof resource !== "string") return [];
    const action = findAction(connectors, resource)?.action;
    const reads = action === undefined ? awsReads(resource) : action.kind === "read";
    return [{ pointer, path: statePath(pointer), name, resource, reads, sample: sampleAnswer(action) }];
  });
}

function sampleAnswer(action: ActionInfo | undefined): Json {
  return action === undefined ? {} : sampleOf({ type: "object", properties: action.outputs } as unknown as Json);
}

/** Whether a state may run in the part. */
function statesOf(
  definition: Definition,
  mode: Mode,
  selected: StatePointer | null,
): (pointer: StatePointer) => boolean {
  if (mode === "all" || selected === null) return () => true;
  if (mode === "step") return (pointer) => within(pointer, selected);
  const onTheWay = [...containersOf(selected), selected];
  const roots =
    mode === "from" ? reach(definition, selected, "on") : onTheWay.flatMap((at) => reach(definition, at, "back"));
  const tops = new Set(roots);
  const way = new Set(mode === "up_to" ? onTheWay : []);
  // A container on the way is entered no further than the way goes; all others run whole.
  return (pointer) =>
    tops.has(pointer) || [...tops].some((top) => !way.has(top) && within(pointer, top)) || within(pointer, selected);
}

/** The states of the same scope that lead to `from` ("back") or that it leads to ("on"), itself among them. */
function reach(definition: Definition, from: StatePointer, way: "on" | "back"): StatePointer[] {
  const { pointer, states } = findScope(definition, scopeOf(from));
  const name = nameOf(from);
  return [name, ...reachable(states, name, way)].map((each) => statePointer(pointer, each));
}

/** Whether a state can be pinned: one that ends or decides has no output of its own. */
export const canPin = (definition: Definition, pointer: StatePointer): boolean =>
  ["Task", "Pass", "Wait", "Parallel", "Map"].includes(typeOf(stateAt(definition, pointer) ?? {}) ?? "");

/** The document with an output pinned at a state; undefined takes the pin off. */
export function withPin(document: JsonObject, path: string, output: Json | undefined): JsonObject {
  const pins = output === undefined ? withoutEntry(pinsOf(document), path) : withEntry(pinsOf(document), path, output);
  return withStudio(document, "pins", Object.keys(pins).length === 0 ? undefined : pins);
}
