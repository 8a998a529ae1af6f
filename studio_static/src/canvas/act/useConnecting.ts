/** Lines drawn by hand: from a port to a card, or an end of a line led elsewhere. They may end anywhere on a card. */
import {
  type Connection,
  type IsValidConnection,
  type OnConnectEnd,
  type OnReconnect,
  type ReactFlowProps,
  useReactFlow,
} from "@xyflow/react";
import { type MouseEvent as ReactMouseEvent, useCallback, useMemo, useRef, useState } from "react";
import { edgeId, isStartId, type Place, scopeOfNode, within } from "../../asl";
import type { CanvasCommand } from "../commands";
import type { Point } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import type { CanvasEdge, CanvasNode } from "../model";
import { connection, redirection } from "./connecting";
import { nodeAt } from "./targets";
import { pointOf } from "./useDragging";

type Line = Pick<Connection, "source" | "sourceHandle" | "target">;

/** A port that was pressed and hardly moved: no line was drawn. */
const isNear = (one: Point, two: Point): boolean => Math.hypot(one.x - two.x, one.y - two.y) < 24;

export function useConnecting(placed: Placed, command: (command: CanvasCommand) => void) {
  const flow = useReactFlow();
  const [isConnecting, setConnecting] = useState(false);
  const began = useRef<Point>({ x: 0, y: 0 });
  /** The end of a line is led elsewhere: React Flow tells its end as one of a new line first. */
  const isLed = useRef(false);
  const under = useCallback(
    (event: MouseEvent | TouchEvent) => nodeAt(placed, flow.screenToFlowPosition(pointOf(event))),
    [placed, flow],
  );
  const handlers = useMemo(() => {
    const ask = (wanted: CanvasCommand | null): void => {
      if (wanted !== null) command(wanted);
    };
    const wish = ({ source, sourceHandle, target }: Line) => connection(placed.graph, source, sourceHandle, target);
    // Over nothing the line ends at a new step. A container around the card lies under every point within it.
    const onConnectEnd: OnConnectEnd = (event, { isValid, fromNode, fromHandle }) => {
      setConnecting(false);
      if (isLed.current || isValid || fromNode === null) return;
      const over = under(event);
      if (over === fromNode.id || isNear(began.current, pointOf(event))) return;
      if (over !== null && !within(fromNode.id, over))
        return ask(wish({ source: fromNode.id, sourceHandle: fromHandle?.id ?? null, target: over }));
      const as = fromHandle?.id === "err" ? "error" : "flow";
      const place: Place = isStartId(fromNode.id)
        ? { edge: edgeId(scopeOfNode(fromNode.id), "start") }
        : { from: fromNode.id, as };
      ask({ kind: "choose", place, at: pointOf(event) });
    };
    const onReconnect: OnReconnect<CanvasEdge> = (edge, line) => ask(redirection(edge.id, line.target));
    const onReconnectEnd: ReactFlowProps<CanvasNode, CanvasEdge>["onReconnectEnd"] = (event, edge, _, { isValid }) => {
      setConnecting(false);
      isLed.current = false;
      if (isValid || isNear(began.current, pointOf(event))) return;
      const over = under(event);
      if (over === null || within(edge.source, over))
        ask({ kind: "choose", place: { edge: edge.id }, at: pointOf(event) });
      else if (over !== edge.target) ask(redirection(edge.id, over));
    };
    const isValidConnection: IsValidConnection<CanvasEdge> = ({ source, sourceHandle = null, target }) =>
      wish({ source, sourceHandle, target }) !== null;
    const begin = (at: Point): void => {
      began.current = at;
      setConnecting(true);
    };
    return {
      onConnect: (line: Line) => ask(wish(line)),
      onConnectStart: (event: MouseEvent | TouchEvent) => begin(pointOf(event)),
      onReconnectStart: (event: ReactMouseEvent) => {
        isLed.current = true;
        begin({ x: event.clientX, y: event.clientY });
      },
      onConnectEnd,
      onReconnect,
      onReconnectEnd,
      isValidConnection,
    };
  }, [placed, command, under]);
  return { isConnecting, handlers };
}
