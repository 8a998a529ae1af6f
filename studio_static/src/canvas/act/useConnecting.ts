/** Lines drawn by hand: from a port to a card, or an end of a line led elsewhere. They may end anywhere on a card. */
import {
  type Connection,
  type IsValidConnection,
  type OnConnectEnd,
  type OnReconnect,
  type ReactFlowProps,
  useReactFlow,
} from "@xyflow/react";
import { useCallback, useMemo, useState } from "react";
import { within } from "../../asl";
import type { CanvasCommand } from "../commands";
import type { Placed } from "../layout/useLayout";
import type { CanvasEdge, CanvasNode } from "../model";
import { connection, redirection } from "./connecting";
import { nodeAt } from "./targets";
import { pointOf } from "./useDragging";

type Line = Pick<Connection, "source" | "sourceHandle" | "target">;

export function useConnecting(placed: Placed, command: (command: CanvasCommand) => void) {
  const flow = useReactFlow();
  const [isConnecting, setConnecting] = useState(false);
  const under = useCallback(
    (event: MouseEvent | TouchEvent) => nodeAt(placed, flow.screenToFlowPosition(pointOf(event))),
    [placed, flow],
  );
  const handlers = useMemo(() => {
    const ask = (wanted: CanvasCommand | null): void => {
      if (wanted !== null) command(wanted);
    };
    const wish = ({ source, sourceHandle, target }: Line) => connection(placed.graph, source, sourceHandle, target);
    const onConnectEnd: OnConnectEnd = (event, { isValid, fromNode, fromHandle }) => {
      setConnecting(false);
      const over = isValid || fromNode === null ? null : under(event);
      // A container around the card lies under every point within it.
      if (fromNode === null || over === null || within(fromNode.id, over)) return;
      ask(wish({ source: fromNode.id, sourceHandle: fromHandle?.id ?? null, target: over }));
    };
    const onReconnect: OnReconnect<CanvasEdge> = (edge, line) => ask(redirection(edge.id, line.target));
    const onReconnectEnd: ReactFlowProps<CanvasNode, CanvasEdge>["onReconnectEnd"] = (event, edge, _, { isValid }) => {
      setConnecting(false);
      const over = isValid ? null : under(event);
      if (over !== null && over !== edge.target) ask(redirection(edge.id, over));
    };
    const isValidConnection: IsValidConnection<CanvasEdge> = ({ source, sourceHandle = null, target }) =>
      wish({ source, sourceHandle, target }) !== null;
    return {
      onConnect: (line: Line) => ask(wish(line)),
      onConnectStart: () => setConnecting(true),
      onReconnectStart: () => setConnecting(true),
      onConnectEnd,
      onReconnect,
      onReconnectEnd,
      isValidConnection,
    };
  }, [placed, command, under]);
  return { isConnecting, handlers };
}
