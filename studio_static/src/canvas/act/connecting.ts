/** From a line drawn by hand to what it means: Next, a new rule, a catcher, StartAt, an end. */
import { type EdgeId, edgeAddress, edgeId, type Graph, scopeOf } from "../../asl";
import type { CanvasCommand } from "../commands";

const isStart = (id: string): boolean => id.endsWith("#start");
const isEnd = (id: string): boolean => id.endsWith("#end");
const scopeOfNode = (id: string): string => (isStart(id) || isEnd(id) ? id.slice(0, id.lastIndexOf("#")) : scopeOf(id));

/** The command of a line from `source`'s port ("out" or "err") to `target`; null where ASL has no such line. */
export function connection(graph: Graph, source: string, port: string | null, target: string): CanvasCommand | null {
  if (isStart(target) || scopeOfNode(source) !== scopeOfNode(target)) return null;
  if (isStart(source)) return isEnd(target) ? null : redirection(`${scopeOfNode(source)}#start`, target);
  if (isEnd(target)) {
    const ends = graph.nodes.find((node) => node.id === source)?.type !== "Choice";
    return port === "out" && ends ? { kind: "disconnect", edge: edgeId(source, "next") } : null;
  }
  return { kind: "connect", from: source, to: target, as: port === "err" ? "error" : "flow" };
}

/** The command that leads `edge` to `target`; null where it cannot go there. */
export function redirection(edge: EdgeId, target: string): CanvasCommand | null {
  const { source, port } = edgeAddress(edge);
  const scope = port === "start" ? source : scopeOf(source);
  if (isStart(target) || scopeOfNode(target) !== scope) return null;
  if (isEnd(target)) return port === "next" ? { kind: "disconnect", edge } : null;
  return { kind: "redirect", edge, to: target };
}
