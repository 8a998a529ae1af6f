/** What a canvas takes, and what can be asked of it. */
import type { Ref } from "react";
import type { Definition, EdgeId, ResourceNames, StatePointer } from "../asl";
import type { MenuItem } from "./bars/CardMenu";
import type { CanvasCommand } from "./commands";
import type { GraphDiff } from "./diff";
import type { EdgeMarks, Marks, Note } from "./model";
import type { Overlay } from "./overlay";

export interface CanvasHandle {
  /** Bring a state into sight, unfolding what it is in. */
  show(state: StatePointer): void;
  /** Give a state's card the keyboard's focus, once it is drawn; null: the card that had it last. */
  focus(state: StatePointer | null): void;
}

export interface WorkflowCanvasProps {
  /** The last one that can be drawn. */
  definition: Definition;
  /** The canvas's accessible name. */
  label?: string;
  /** Display names of connectors; an object that stays the same. */
  names?: ResourceNames;
  /** Under which zoom, place, direction, folds and error paths are remembered; without it nothing is. */
  viewKey?: string;
  /** Without it the canvas keeps a selection of its own. */
  selection?: readonly StatePointer[];
  onSelect?: (selection: readonly StatePointer[]) => void;
  selectedEdge?: EdgeId | null;
  onSelectEdge?: (edge: EdgeId | null) => void;
  /** What a person asks for. Without it the canvas is read only. */
  onCommand?: (command: CanvasCommand) => void;
  /** An execution laid over it. */
  overlay?: Overlay;
  /** Drawn in the place of `definition`: two of them in one graph. */
  diff?: GraphDiff;
  marks?: Marks;
  edgeMarks?: EdgeMarks;
  /** States whose output is pinned for tests. */
  pinned?: ReadonlySet<StatePointer>;
  notes?: readonly Note[];
  /** All notes, changed; `label` names the step for undo. */
  onNotes?: (notes: readonly Note[], label: string) => void;
  /** Why this is an older definition than the text beside it: "Line 4: …". */
  stale?: string | null;
  /** The line whose "+" is open. */
  choosing?: EdgeId | null;
  /** More for a card's menu. */
  extraItems?: (state: StatePointer) => readonly MenuItem[];
  /** Where it opens, if not at Start or as it was left. */
  openAt?: StatePointer | null;
  handle?: Ref<CanvasHandle>;
  /** In panels and dialogs: no overview, a small bar. */
  bare?: boolean;
}
