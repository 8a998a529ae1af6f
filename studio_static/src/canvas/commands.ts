/**
 * What a person asks the canvas for, as data: the page that holds the definition decides, does it and keeps the history.
 * `applyCommand` does those that are edits of a definition.
 */
import {
  addRetry,
  attachState,
  connectStates,
  type Definition,
  disconnectEdge,
  duplicateStates,
  type EdgeId,
  type Edited,
  type Fragment,
  insertAt,
  moveState,
  type Place,
  pasteStates,
  redirectEdge,
  removeStates,
  renameState,
  type StatePointer,
  stateAt,
  wrapInMap,
  wrapInParallel,
} from "../asl";

/** Where on the screen something was asked for: a menu opens there. */
export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

/** What states are put into, or given. */
export type Wrapping = "parallel" | "side by side" | "map" | "retry";

export type CanvasCommand =
  /** "+" on a line, or a line that was let go over nothing: the page offers its palette and then inserts. */
  | { readonly kind: "choose"; readonly place: Place; readonly at: ScreenPoint }
  /** A palette item was dropped on a line. */
  | { readonly kind: "insert"; readonly edge: EdgeId; readonly fragment: Fragment }
  /** A card was dropped on another line. */
  | { readonly kind: "move"; readonly state: StatePointer; readonly edge: EdgeId }
  /** A card of the tray was dropped on a line. */
  | { readonly kind: "attach"; readonly state: StatePointer; readonly edge: EdgeId }
  | { readonly kind: "connect"; readonly from: StatePointer; readonly to: StatePointer; readonly as: "flow" | "error" }
  | { readonly kind: "redirect"; readonly edge: EdgeId; readonly to: StatePointer }
  | { readonly kind: "disconnect"; readonly edge: EdgeId }
  | { readonly kind: "remove"; readonly states: readonly StatePointer[] }
  | { readonly kind: "rename"; readonly state: StatePointer; readonly name: string }
  | { readonly kind: "duplicate"; readonly states: readonly StatePointer[] }
  | { readonly kind: "wrap"; readonly states: readonly StatePointer[]; readonly in: Wrapping }
  /** Text from the clipboard, to go after the last selected state. */
  | { readonly kind: "paste"; readonly text: string; readonly after: StatePointer | null }
  /** Copied (already in the clipboard). */
  | { readonly kind: "copied"; readonly states: readonly StatePointer[] }
  /** Enter or a double click: edit the state. */
  | { readonly kind: "open"; readonly state: StatePointer }
  | { readonly kind: "undo" }
  | { readonly kind: "redo" };

/** The edit that a command is; null for those that are none, or whose state is gone. Raises EditError where it cannot be. */
export function applyCommand(definition: Definition, command: CanvasCommand): Edited | null {
  switch (command.kind) {
    case "insert":
      return insertAt(definition, { edge: command.edge }, command.fragment);
    case "move":
      return moveState(definition, command.state, command.edge);
    case "attach":
      return attachState(definition, command.state, command.edge);
    case "connect":
      return connectStates(definition, command.from, command.to, command.as);
    case "redirect":
      return redirectEdge(definition, command.edge, command.to);
    case "disconnect":
      return disconnectEdge(definition, command.edge);
    case "remove":
      return command.states.length === 0 ? null : removeStates(definition, command.states);
    case "rename":
      return renameState(definition, command.state, command.name);
    case "duplicate":
      return command.states.length === 0 ? null : duplicateStates(definition, command.states);
    case "wrap":
      if (command.in === "retry") return addRetry(definition, command.states);
      if (command.in === "map") return wrapInMap(definition, command.states);
      return wrapInParallel(definition, command.states, command.in === "parallel" ? "together" : "side by side");
    case "paste": {
      const after = command.after !== null && stateAt(definition, command.after) ? { after: command.after } : null;
      return pasteStates(definition, command.text, after);
    }
    default:
      return null;
  }
}
