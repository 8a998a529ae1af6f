/** A card, a palette item or a note under way: where it is, and the line it would go to. */
import { type OnNodeDrag, useReactFlow } from "@xyflow/react";
import { type DragEvent, useCallback, useMemo, useRef, useState } from "react";
import type { EdgeId } from "../../asl";
import type { CanvasCommand } from "../commands";
import type { Point } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import type { CanvasNode } from "../model";
import { isDragged, takeDragged } from "./dragging";
import { lineAt } from "./targets";

export interface Drag {
  /** The node that is dragged; null for something from outside the canvas. */
  readonly id: string | null;
  /** Where its corner is, in its parent's coordinates. */
  readonly position: Point | null;
  readonly line: EdgeId | null;
}

/** How near, on the screen, a card must come to a line. */
const REACH = 56;

interface Handlers {
  command: (command: CanvasCommand) => void;
  moveNote: (id: string, at: Point) => void;
}

export function useDragging(placed: Placed, editable: boolean, { command, moveNote }: Handlers) {
  const flow = useReactFlow();
  const [drag, setDrag] = useState<Drag | null>(null);
  const latest = useRef<Drag | null>(null);
  const put = useCallback((next: Drag | null) => {
    latest.current = next;
    setDrag(next);
  }, []);

  const onNodeDrag: OnNodeDrag<CanvasNode> = useCallback(
    (event, node) => {
      if (node.type === "note") return put({ id: node.id, position: node.position, line: null });
      const at = flow.screenToFlowPosition(pointOf(event));
      const line = lineAt(placed, at, node.id, REACH / flow.getZoom());
      put({ id: node.id, position: node.position, line });
    },
    [placed, flow, put],
  );
  const onNodeDragStop: OnNodeDrag<CanvasNode> = useCallback(
    (_, node) => {
      const line = latest.current?.line ?? null;
      put(null);
      if (node.type === "note") moveNote(node.data.note.id, node.position);
      else if (line !== null) command({ kind: "move", state: node.id, edge: line });
    },
    [put, command, moveNote],
  );

  const drops = useMemo(() => {
    if (!editable) return {};
    const nearest = (event: DragEvent): EdgeId | null =>
      lineAt(
        placed,
        flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }),
        null,
        // What comes from the palette is wanted somewhere: the nearest line takes it.
        Number.POSITIVE_INFINITY,
      );
    return {
      onDragOver: (event: DragEvent) => {
        if (!isDragged(event.dataTransfer)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        const line = nearest(event);
        if (latest.current === null || latest.current.line !== line) put({ id: null, position: null, line });
      },
      onDragLeave: (event: DragEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) put(null);
      },
      onDrop: (event: DragEvent) => {
        const dragged = takeDragged(event.dataTransfer);
        if (dragged === null) return;
        event.preventDefault();
        const line = nearest(event);
        put(null);
        if (line === null) return;
        if ("fragment" in dragged) command({ kind: "insert", edge: line, fragment: dragged.fragment });
        else command({ kind: "attach", state: dragged.state, edge: line });
      },
    };
  }, [editable, placed, flow, put, command]);

  return { drag, onNodeDrag, onNodeDragStop, drops };
}

export function pointOf(event: MouseEvent | TouchEvent): Point {
  const at = "touches" in event ? (event.touches[0] ?? event.changedTouches[0]) : event;
  return { x: at?.clientX ?? 0, y: at?.clientY ?? 0 };
}
