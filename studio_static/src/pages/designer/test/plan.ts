/** What a test would run: the states of a part, and among them the calls that have to be answered. Pure. */
import {
  bareResource,
  type Definition,
  isObject,
  type Json,
  type JsonObject,
  linksOf,
  nameOf,
  own,
  resourceParts,
  type StatePointer,
  scopeOf,
  stateAt,
  statePath,
  statePointer,
  typeOf,
  walk,
} from "../../../asl";
import { READING_VERBS } from "../../../facts";
import type { ActionInfo, ConnectorList } from "../palette/items";
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
  return [...walk(definition)].flatMap(({ pointer, name, state }) => {
    const resource = own(state, "Resource");
    if (!part(pointer) || typeOf(state) !== "Task" || typeof resource !== "string") return [];
    const action = actionOf(resource, connectors);
    const reads = action === undefined ? awsReads(resource) : action.kind === "read";
    return [{ pointer, path: statePath(pointer), name, resource, reads, sample: sampleAnswer(action) }];
  });
}

function actionOf(resource: string, connectors: ConnectorList | null): ActionInfo | undefined {
  const wanted = bareResource(resource);
  return [...(connectors?.connectors ?? []), ...(connectors?.known ?? [])]
    .flatMap((each) => each.actions)
    .find((action) => bareResource(action.resource) === wanted);
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
  const inside = (outer: StatePointer) => (pointer: StatePointer) =>
    pointer === outer || pointer.startsWith(`${outer}/`);
  if (mode === "step") return inside(selected);
  const roots =
    mode === "from"
      ? reach(definition, selected, "on")
      : onTheWay(definition, selected).flatMap((at) => reach(definition, at, "back"));
  const tops = new Set(roots);
  const way = mode === "up_to" ? new Set(onTheWay(definition, selected)) : new Set<StatePointer>();
  // A container on the way is entered no further than the way goes; all others run whole.
  return (pointer) =>
    tops.has(pointer) || [...tops].some((top) => !way.has(top) && inside(top)(pointer)) || inside(selected)(pointer);
}

/** The state and the containers around it, the outermost first. */
function onTheWay(definition: Definition, selected: StatePointer): StatePointer[] {
  const found = [...walk(definition)].map(({ pointer }) => pointer);
  return found.filter((pointer) => selected === pointer || selected.startsWith(`${pointer}/`));
}

/** The states of the same scope that lead to `from` ("back") or that it leads to ("on"), itself among them. */
function reach(definition: Definition, from: StatePointer, way: "on" | "back"): StatePointer[] {
  const scope = scopeOf(from);
  const names = [...walk(definition)].filter((each) => each.scope.pointer === scope);
  const found = new Set([nameOf(from)]);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { name, state } of names) {
      const targets = linksOf(state).flatMap(({ target }) => (target === null ? [] : [target]));
      if (way === "on" && found.has(name)) for (const target of targets) found.add(target);
      if (way === "back" && targets.some((target) => found.has(target))) found.add(name);
    }
  }
  return [...found].map((name) => statePointer(scope, name));
}

/** Whether a state can be pinned: one that ends or decides has no output of its own. */
export const canPin = (definition: Definition, pointer: StatePointer): boolean =>
  ["Task", "Pass", "Wait", "Parallel", "Map"].includes(typeOf(stateAt(definition, pointer) ?? {}) ?? "");

/** The pins of a document, by state path. */
export function pinsOf(document: JsonObject): JsonObject {
  const studio = own(document, "studio");
  const pins = isObject(studio) ? own(studio, "pins") : undefined;
  return isObject(pins) ? pins : {};
}

/** The document with an output pinned at a state; undefined takes the pin off. */
export function withPin(document: JsonObject, path: string, output: Json | undefined): JsonObject {
  const studio = own(document, "studio");
  const { [path]: _, ...others } = pinsOf(document);
  const pins: JsonObject = output === undefined ? others : { ...others, [path]: output };
  const { pins: __, ...rest } = isObject(studio) ? studio : ({} as JsonObject);
  const kept: JsonObject = Object.keys(pins).length > 0 ? { ...rest, pins } : rest;
  if (Object.keys(kept).length > 0) return { ...document, studio: kept };
  const { studio: ___, ...without } = document;
  return without;
}
