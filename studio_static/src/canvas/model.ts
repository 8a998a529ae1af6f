/** What the canvas hands to React Flow: nodes and edges with all that their drawing needs. */
import type { Edge, Node } from "@xyflow/react";
import type { EdgeId, GraphEdge, GraphNode, StatePointer } from "../asl";
import type { Change } from "./diff";
import type { Direction, PlacedEdge, PlacedPanel, Point } from "./layout/types";
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
interface NoteData extends Record<string, unknown> {
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

/** Places are made anew with each layout: what they say counts. */
const sameValue = (key: string, one: unknown, two: unknown): boolean =>
  Object.is(one, two) ||
  (key === "placed" && samePlace(one as PlacedEdge, two as PlacedEdge)) ||
  (key === "panels" && JSON.stringify(one) === JSON.stringify(two));

const samePlace = (one: PlacedEdge, two: PlacedEdge): boolean =>
  one.points.length === two.points.length &&
  one.points.every((point, index) => samePoint(point, two.points[index])) &&
  samePoint(one.pill, two.pill) &&
  one.pill?.width === two.pill?.width &&
  one.pill?.height === two.pill?.height &&
  samePoint(one.plus, two.plus);

const samePoint = (one: Point | null, two: Point | null | undefined): boolean => one?.x === two?.x && one?.y === two?.y;

const sameData = (one: Record<string, unknown>, two: Record<string, unknown>): boolean => {
  const keys = Object.keys(one);
  return keys.length === Object.keys(two).length && keys.every((key) => sameValue(key, one[key], two[key]));
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

/** `fresh` with the objects of `last` wherever they are the same. */
export function reused<T extends { readonly id: string }>(
  last: readonly T[],
  fresh: readonly T[],
  same: (old: T, item: T) => boolean,
): T[] {
  const before = new Map(last.map((item) => [item.id, item]));
  return fresh.map((item) => {
    const old = before.get(item.id);
    return old !== undefined && same(old, item) ? old : item;
  });
}

/** `fresh` with the data of `last` where that says the same: a card that only moved is not drawn again. */
export function reusedNodes(last: readonly CanvasNode[], fresh: readonly CanvasNode[]): CanvasNode[] {
  const before = new Map(last.map((item) => [item.id, item]));
  return fresh.map((item) => {
    const old = before.get(item.id);
    if (old === undefined || !sameData(old.data, item.data)) return item;
    return sameNode(old, item) ? old : ({ ...item, data: old.data } as CanvasNode);
  });
}

/** Whether two nodes of equal data are the same: React Flow then leaves the old one alone. */
const sameNode = (one: CanvasNode, two: CanvasNode): boolean =>
  SHALLOW.every((key) => Object.is(one[key], two[key])) &&
  one.position.x === two.position.x &&
  one.position.y === two.position.y;

export const sameEdge = (one: CanvasEdge, two: CanvasEdge): boolean =>
  one.source === two.source &&
  one.target === two.target &&
  one.zIndex === two.zIndex &&
  one.reconnectable === two.reconnectable &&
  sameData(one.data ?? {}, two.data ?? {});
