/** Cards and lines for React Flow: those in sight, with the objects of the last time where nothing changed. */
import { useEffect, useMemo, useRef } from "react";
import type { Drag } from "../act/useDragging";
import type { Rect } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import { type CanvasEdge, type CanvasNode, type Note, reused, reusedNodes, sameEdge } from "../model";
import { seenOf } from "../view/seen";
import { cardNodes, type Dressing, type LineDressing, lineEdges, noteNodes } from "./elements";

interface Elements {
  readonly nodes: CanvasNode[];
  readonly edges: CanvasEdge[];
}

export function useElements(
  placed: Placed,
  window: Rect,
  cards: Dressing,
  lines: LineDressing,
  notes: readonly Note[],
  note: string | null,
  drag: Drag | null,
): Elements {
  const seen = useMemo(() => {
    const always = new Set([cards.current, cards.renaming, drag?.id].filter((id) => id !== null && id !== undefined));
    return seenOf(placed.graph, placed.layout, window, always);
  }, [placed, window, cards.current, cards.renaming, drag?.id]);
  const last = useRef<Elements>({ nodes: [], edges: [] });
  const nodes = useMemo(
    () => reusedNodes(last.current.nodes, cardNodes(placed, seen.nodes, cards)),
    [placed, seen, cards],
  );
  const edges = useMemo(
    () => reused(last.current.edges, lineEdges(placed, seen.edges, lines), sameEdge),
    [placed, seen, lines],
  );
  useEffect(() => {
    last.current = { nodes, edges };
  }, [nodes, edges]);
  const paper = useMemo(() => noteNodes(notes, cards.editable, note), [notes, cards.editable, note]);
  return useMemo(() => {
    const all = [...nodes, ...paper];
    const moved = drag === null || drag.position === null ? all : all.map((node) => carried(node, drag));
    return { nodes: moved, edges };
  }, [nodes, edges, paper, drag]);
}

/** The dragged card where the pointer has it, over everything else. */
const carried = (node: CanvasNode, drag: Drag): CanvasNode =>
  node.id === drag.id && drag.position !== null
    ? ({ ...node, position: drag.position, zIndex: 3000, className: "is-carried" } as CanvasNode)
    : node;
