/** From a line drawn by hand to what it means: Next, a new rule, a catcher, StartAt, an end. */
import { type EdgeId, edgeAddress, edgeId, type Graph, isEndId, isStartId, scopeOfEdge, scopeOfNode } from "../../asl";
import type { CanvasCommand } from "../commands";

/** The command of a line from `source`'s port ("out" or "err") to `target`; null where ASL has no such line. */
export function connection(graph: Graph, source: string, port: string | null, target: string): CanvasCommand | null {
  if (isStartId(target) || scopeOfNode(source) !== scopeOfNode(target)) return null;
  if (isStartId(source)) return isEndId(target) ? null : redirection(`${scopeOfNode(source)}#start`, target);
  if (isEndId(target)) {
    const ends = graph.nodes.find((node) => node.id === source)?.type !== "Choice";
    return port === "out" && ends ? { kind: "disconnect", edge: edgeId(source, "next") } : null;
  }
  return { kind: "connect", from: source, to: target, as: port === "err" ? "error" : "flow" };
}

/** The command that leads `edge` to `target`; null where it cannot go there. */
export function redirection(edge: EdgeId, target: string): CanvasCommand | null {
  const { port } = edgeAddress(edge);
  if (isStartId(target) || scopeOfNode(target) !== scopeOfEdge(edge)) return null;
  if (isEndId(target)) return port === "next" ? { kind: "disconnect", edge } : null;
  return { kind: "redirect", edge, to: target };
}
