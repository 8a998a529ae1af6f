/**
 * Drawing and cutting single lines.
 */
import { canFail, hasNext, withLink } from "./links";
import { edgeAddress, nameOf, own, scopeOf, withEntry } from "./pointer";
import { changeState, relink, scopeOfEdge } from "./scope";
import { type Definition, type EdgeId, EditError, type Edited, type JsonObject, type StatePointer } from "./types";
import { queryLanguageOf, requireState, typeOf } from "./walk";

/** `flow` is what the state does next: Next, or one more rule of a Choice. `error` is one more catcher. */
type ConnectKind = "flow" | "error";

/**
 * Draw a line from one state to another of the same scope. A Choice gets its Default where it has none, else a new rule
 * that never holds until it is written (`{% false %}`, or a field that is not there); others get Next, or a catcher of
 * States.ALL. Raises EditError where ASL has no such line.
 */
export function connectStates(
  definition: Definition,
  from: StatePointer,
  to: StatePointer,
  kind: ConnectKind = "flow",
): Edited {
  if (scopeOf(from) !== scopeOf(to))
    throw new EditError(
      "A line cannot leave its branch.",
      "Connect states of the same branch, or move one of them there.",
    );
  const state = requireState(definition, from);
  const target = nameOf(to);
  requireState(definition, to);
  const label = `Connect ${nameOf(from)} to ${target}`;
  const done = (change: (state: JsonObject) => JsonObject): Edited => ({
    definition: changeState(definition, from, change),
    label,
    selected: [from],
  });
  if (kind === "error") {
    if (!canFail(state))
      throw new EditError(`A ${typeOf(state)} state catches no errors.`, "Only Task, Parallel and Map states can.");
    return done((old) => added(old, "Catch", { ErrorEquals: ["States.ALL"], Next: target }));
  }
  if (hasNext(state)) return done((old) => withLink(old, "next", target));
  if (typeOf(state) !== "Choice")
    throw new EditError(`Nothing can follow a ${typeOf(state)} state.`, "It ends the flow.");
  if (own(state, "Default") === undefined) return done((old) => withLink(old, "default", target));
  const rule: JsonObject =
    queryLanguageOf(definition, from) === "JSONata"
      ? { Condition: "{% false %}", Next: target }
      : { Variable: "$.field", IsPresent: true, Next: target };
  return done((old) => added(old, "Choices", rule));
}

/** The state with one more item in the list `key`. */
function added(state: JsonObject, key: "Catch" | "Choices", item: JsonObject): JsonObject {
  const list = own(state, key);
  return withEntry(state, key, [...(Array.isArray(list) ? list : []), item]);
}

/** Lead an existing line to another state of its scope. */
export function redirectEdge(definition: Definition, edge: EdgeId, to: StatePointer): Edited {
  const { source, port } = edgeAddress(edge);
  if (scopeOfEdge(edge) !== scopeOf(to))
    throw new EditError("A line cannot leave its branch.", "Choose a state of the same branch.");
  requireState(definition, to);
  const from = port === "start" ? "Start" : nameOf(source);
  return {
    definition: relink(definition, edge, nameOf(to)),
    label: `Connect ${from} to ${nameOf(to)}`,
    selected: [to],
  };
}

/** Cut a line: Next becomes End; a rule, a default, a catcher goes away. What it led to may become unreachable. */
export function disconnectEdge(definition: Definition, edge: EdgeId): Edited {
  const { source, port } = edgeAddress(edge);
  if (port === "start") throw new EditError("A workflow needs a first state.", "Lead Start to another state instead.");
  return { definition: relink(definition, edge, null), label: `Disconnect ${nameOf(source)}`, selected: [source] };
}
