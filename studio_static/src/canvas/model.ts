/** What the canvas hands to React Flow: nodes and edges with all that their drawing needs. */
import type { Edge, Node } from "@xyflow/react";
import type { EdgeId, GraphEdge, GraphNode, StatePointer } from "../asl";
import type { Change } from "./diff";
import type { Direction, PlacedEdge, PlacedPanel } from "./layout/types";
import type { EdgeOverlay, StateOverlay } from "./overlay";

export interface Mark {
  readonly level: "error" | "warning" | "todo";
  readonly text: string;
}

export interface Note {
  readonly id: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** `none`: no execution is shown; `skipped`: one is, and it did not come here. */
export type Fate = StateOverlay | "none" | "skipped";

export interface CardData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly direction: Direction;
  readonly fate: Fate;
  readonly change: Change | null;
  readonly mark: Mark | null;
  readonly pinned: boolean;
  /** The one card that Tab reaches. */
  readonly current: boolean;
  readonly renaming: boolean;
  readonly editable: boolean;
  /** States inside a folded container. */
  readonly inside: number;
  readonly collapsed: boolean;
  readonly panels: readonly PlacedPanel[];
  /** Whether lines leave at the side: its handle stays visible then. */
  readonly canFail: boolean;
  /** For screen readers, after what the card says. */
  readonly unseen: string;
}

export type CardNode = Node<CardData, "card" | "container" | "terminal">;
export interface NoteData extends Record<string, unknown> {
  readonly note: Note;
  readonly editable: boolean;
}
export type NoteNode = Node<NoteData, "note">;
export type CanvasNode = CardNode | NoteNode;

export interface LineData extends Record<string, unknown> {
  readonly edge: GraphEdge;
  readonly placed: PlacedEdge;
  readonly fate: EdgeOverlay | "none" | "skipped";
  readonly change: Change | null;
  readonly mark: Mark | null;
  readonly editable: boolean;
  /** A drag is over it: the mark where the step would go. */
  readonly target: boolean;
  readonly reachable: boolean;
  readonly chosen: boolean;
}
export type CanvasEdge = Edge<LineData, "line">;

export type Marks = Readonly<Record<StatePointer, Mark>>;
export type EdgeMarks = Readonly<Record<EdgeId, Mark>>;

const sameData = (one: Record<string, unknown>, two: Record<string, unknown>): boolean => {
  const keys = Object.keys(one);
  return keys.length === Object.keys(two).length && keys.every((key) => Object.is(one[key], two[key]));
};

const SHALLOW = [
  "type",
  "parentId",
  "width",
  "height",
  "selected",
  "zIndex",
  "draggable",
  "selectable",
  "className",
  "hidden",
] as const;

/** `fresh` with the objects of `last` wherever they say the same: React Flow then leaves those cards alone. */
export function reuseNodes(last: readonly CanvasNode[], fresh: readonly CanvasNode[]): CanvasNode[] {
  const before = new Map(last.map((node) => [node.id, node]));
  return fresh.map((node) => {
    const old = before.get(node.id);
    const same =
      old !== undefined &&
      SHALLOW.every((key) => Object.is(old[key], node[key])) &&
      old.position.x === node.position.x &&
      old.position.y === node.position.y &&
      sameData(old.data, node.data);
    return same ? old : node;
  });
}

export function reuseEdges(last: readonly CanvasEdge[], fresh: readonly CanvasEdge[]): CanvasEdge[] {
  const before = new Map(last.map((edge) => [edge.id, edge]));
  return fresh.map((edge) => {
    const old = before.get(edge.id);
    const same =
      old !== undefined &&
      old.source === edge.source &&
      old.target === edge.target &&
      old.zIndex === edge.zIndex &&
      old.reconnectable === edge.reconnectable &&
      sameData(old.data ?? {}, edge.data ?? {});
    return same ? old : edge;
  });
}
