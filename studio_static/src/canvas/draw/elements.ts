/** Graph, layout and everything laid over them, as React Flow's nodes and edges. */

import type { NodeHandle, Position } from "@xyflow/react";
import {
  type Graph,
  type GraphEdge,
  type GraphNode,
  ownerOf,
  ownersOf,
  type StatePointer,
  typeCanFail,
} from "../../asl";
import type { GraphDiff } from "../diff";
import { portsOf } from "../layout/measure";
import type { Direction, Rect } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import type { CanvasEdge, CanvasNode, CardData, EdgeMarks, Fate, Marks, Note } from "../model";
import { fateOfLine, fateOfState, type Overlay } from "../overlay";
import type { ErrorPaths } from "../view/view";
import { unseenWords } from "./words";

export interface Dressing {
  readonly selected: ReadonlySet<StatePointer>;
  readonly current: string | null;
  readonly renaming: StatePointer | null;
  readonly collapsed: ReadonlySet<string>;
  readonly editable: boolean;
  readonly overlay: Overlay | undefined;
  readonly diff: GraphDiff | undefined;
  readonly marks: Marks | undefined;
  readonly pinned: ReadonlySet<StatePointer> | undefined;
}

const EMPTY: readonly never[] = [];

/** The cards of `seen`, nodes of the graph: containers before what is in them, as React Flow wants parents. */
export function cardNodes(placed: Placed, seen: readonly GraphNode[], dress: Dressing): CanvasNode[] {
  const { graph, layout, direction } = placed;
  const sizes = new Map(graph.scopes.map((scope) => [scope.pointer, scope.size]));
  return seen.flatMap((node): CanvasNode[] => {
    const rect = layout.nodes.get(node.id);
    if (rect === undefined) return [];
    const parent = ownerOf(node.scope);
    const corner = parent === null ? { x: 0, y: 0 } : (layout.nodes.get(parent) ?? { x: 0, y: 0 });
    const open = layout.panels.has(node.id);
    const state = node.kind === "state";
    return [
      {
        id: node.id,
        type: state ? (open ? "container" : "card") : "terminal",
        position: { x: rect.x - corner.x, y: rect.y - corner.y },
        width: rect.width,
        height: rect.height,
        // Known beforehand, so that React Flow measures nothing.
        measured: { width: rect.width, height: rect.height },
        handles: handlesOf(rect, direction),
        zIndex: ownersOf(node.scope).length * 10,
        draggable: state && dress.editable && dress.renaming !== node.id,
        selectable: state,
        selected: dress.selected.has(node.id),
        ariaRole: "group",
        data: cardData(node, placed, dress, sizes, open),
        ...(parent === null ? {} : { parentId: parent }),
      },
    ];
  });
}

function cardData(
  node: GraphNode,
  { layout, direction }: Placed,
  dress: Dressing,
  sizes: ReadonlyMap<string, number>,
  open: boolean,
): CardData {
  const fate = fateOf(node, dress.overlay);
  const mark = dress.marks?.[node.id] ?? null;
  return {
    node,
    direction,
    fate,
    change: dress.diff?.states[node.id] ?? null,
    mark,
    pinned: dress.pinned?.has(node.id) ?? false,
    current: dress.current === node.id,
    renaming: dress.renaming === node.id,
    editable: dress.editable,
    inside: node.branches.reduce((sum, branch) => sum + (sizes.get(branch.scope) ?? 0), 0),
    collapsed: node.branches.length > 0 && !open,
    panels: layout.panels.get(node.id) ?? EMPTY,
    canFail: typeCanFail(node.type),
    unseen: node.kind === "state" ? unseenWords(node) : "",
  };
}

function fateOf(node: GraphNode, overlay: Overlay | undefined): Fate {
  if (node.kind === "state") return fateOfState(overlay, node.id);
  const owner = ownerOf(node.scope);
  const fate = owner === null ? "none" : fateOfState(overlay, owner);
  return fate === "skipped" ? fate : "none";
}

/** Handles where the layout has its ports, so that nothing must be measured before it is drawn. */
function handlesOf(rect: Rect, direction: Direction): NodeHandle[] {
  return portsOf(rect, direction).map(({ name, side, x, y }) => ({
    id: name,
    type: name === "in" ? "target" : "source",
    position: side as Position,
    x,
    y,
    width: 1,
    height: 1,
  }));
}

export interface LineDressing {
  readonly editable: boolean;
  readonly overlay: Overlay | undefined;
  readonly diff: GraphDiff | undefined;
  readonly edgeMarks: EdgeMarks | undefined;
  readonly target: string | null;
  readonly current: string | null;
  readonly chosen: string | null;
  readonly errorPaths: ErrorPaths;
  /** Cards that are pointed at or selected: their error paths show in "on hover". */
  readonly lit: ReadonlySet<string>;
}

/** The lines of `seen`, edges of the graph. */
export function lineEdges({ graph, layout }: Placed, seen: readonly GraphEdge[], dress: LineDressing): CanvasEdge[] {
  const ends = new Set(seen.flatMap((edge) => [edge.source, edge.target]));
  const titles = new Map(graph.nodes.filter((node) => ends.has(node.id)).map((node) => [node.id, node.name]));
  return seen.flatMap((edge): CanvasEdge[] => {
    const place = layout.edges.get(edge.id);
    if (place === undefined) return [];
    const fate = fateOfLine(dress.overlay, edge);
    const quiet =
      edge.kind === "catch" &&
      fate !== "failed" &&
      (dress.errorPaths === "hidden" ||
        (dress.errorPaths === "hover" && !dress.lit.has(edge.source) && !dress.lit.has(edge.target)));
    if (quiet) return [];
    const raised = fate === "failed" ? 3 : fate === "taken" ? 2 : edge.kind === "catch" ? 0 : 1;
    return [
      {
        id: edge.id,
        type: "line",
        source: edge.source,
        sourceHandle: edge.kind === "catch" ? "err" : "out",
        target: edge.target,
        targetHandle: "in",
        selectable: false,
        focusable: false,
        ariaRole: "group",
        ariaLabel: `Line from ${titles.get(edge.source) ?? ""} to ${titles.get(edge.target) ?? ""}`,
        reconnectable: dress.editable && dress.chosen === edge.id ? "target" : false,
        zIndex: ownersOf(edge.scope).length * 10 + (dress.chosen === edge.id ? 5 : raised),
        data: {
          edge,
          placed: place,
          fate,
          change: dress.diff?.edges[edge.id] ?? null,
          mark: dress.edgeMarks?.[edge.id] ?? null,
          editable: dress.editable,
          target: dress.target === edge.id,
          reachable: dress.editable && dress.current !== null && edge.source === dress.current,
          chosen: dress.chosen === edge.id,
        },
      },
    ];
  });
}

export function noteNodes(notes: readonly Note[], editable: boolean, selected: string | null): CanvasNode[] {
  return notes.map((note) => ({
    id: `note ${note.id}`,
    type: "note",
    position: { x: note.x, y: note.y },
    width: note.width,
    height: note.height,
    zIndex: 2000,
    draggable: editable,
    selectable: editable,
    selected: selected === note.id,
    ariaRole: "group",
    data: { note, editable },
  }));
}

/** States in reading order. */
export function readingOrder(graph: Graph): StatePointer[] {
  const scopes = new Map(graph.scopes.map((scope) => [scope.pointer, scope]));
  const branches = new Map(graph.nodes.map((node) => [node.id, node.branches]));
  const inside = (scope: string): StatePointer[] =>
    (scopes.get(scope)?.order ?? []).flatMap((id) => [
      id,
      ...(branches.get(id) ?? []).flatMap((branch) => inside(branch.scope)),
    ]);
  return inside("");
}
