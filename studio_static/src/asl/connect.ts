/**
 * Drawing and cutting single lines.
 */

import { insertFragment } from "./insert";
import { canFail, hasNext, withLink } from "./links";
import { edgeAddress, edgeId, nameOf, own, scopeOf, withEntry } from "./pointer";
import { changeState, relink, scopeOfEdge } from "./scope";
import {
  type Definition,
  type EdgeId,
  EditError,
  type Edited,
  type Fragment,
  type JsonObject,
  type Port,
  type StateObject,
  type StatePointer,
} from "./types";
import { queryLanguageOf, requireState, typeOf } from "./walk";

/** `flow` is what the state does next: Next, or one more rule of a Choice. `error` is one more catcher. */
type ConnectKind = "flow" | "error";

/** Where a new step goes: on a line, or at the end of a new line from a state. */
export type Place = { readonly edge: EdgeId } | { readonly from: StatePointer; readonly as: ConnectKind };

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
  const { definition: opened, port } = newLine(definition, from, state, kind);
  return {
    definition: changeState(opened, from, (old) => withLink(old, port, target)),
    label,
    selected: [from],
  };
}

/**
 * Put a new step at `place`, with what comes with it; the step is selected. Where the line leads already, it goes
 * between; a new line ends with it.
 */
export function insertAt(definition: Definition, place: Place, fragment: Fragment): Edited {
  let [opened, edge] = [definition, "edge" in place ? place.edge : ""];
  if ("from" in place) {
    const line = newLine(definition, place.from, requireState(definition, place.from), place.as);
    opened = line.definition;
    edge = edgeId(place.from, line.port);
  }
  const edited = insertFragment(opened, edge, fragment);
  const first = Object.keys(fragment.States).indexOf(fragment.StartAt);
  return { ...edited, selected: edited.selected.slice(first, first + 1) };
}

/** `definition` with the place for one more line of the kind, which leads nowhere yet where it is new. */
function newLine(
  definition: Definition,
  from: StatePointer,
  state: StateObject,
  kind: ConnectKind,
): { definition: Definition; port: Port } {
  const more = (key: "Catch" | "Choices", item: JsonObject) => {
    const list = own(state, key);
    const items = Array.isArray(list) ? list : [];
    return {
      definition: changeState(definition, from, (old) => withEntry(old, key, [...items, item])),
      port: `${key === "Catch" ? "catch" : "choice"}/${items.length}` as const,
    };
  };
  if (kind === "error") {
    if (!canFail(state))
      throw new EditError(`A ${typeOf(state)} state catches no errors.`, "Only Task, Parallel and Map states can.");
    return more("Catch", { ErrorEquals: ["States.ALL"], Next: "" });
  }
  if (hasNext(state)) return { definition, port: "next" };
  if (typeOf(state) !== "Choice")
    throw new EditError(`Nothing can follow a ${typeOf(state)} state.`, "It ends the flow.");
  if (own(state, "Default") === undefined) return { definition, port: "default" };
  return more(
    "Choices",
    queryLanguageOf(definition, from) === "JSONata"
      ? { Condition: "{% false %}", Next: "" }
      : { Variable: "$.field", IsPresent: true, Next: "" },
  );
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
