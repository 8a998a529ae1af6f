/** Questions about a graph that several parts of the canvas ask. */
import { containersOf, type EdgeId, type Graph, type StatePointer } from "../../asl";

/** The containers around a state that are folded. */
export const foldedAround = (state: StatePointer, collapsed: ReadonlySet<string>): StatePointer[] =>
  containersOf(state).filter((owner) => collapsed.has(owner));

/** Every container that can be folded. */
export const foldable = (graph: Graph): StatePointer[] =>
  graph.nodes.filter((node) => node.branches.length > 0).map((node) => node.id);

/** The line where a step after `state` goes: its main way on, else a line into it. */
export function lineBeside(graph: Graph, state: StatePointer): EdgeId | null {
  const outs = graph.edges.filter((edge) => edge.source === state && edge.kind !== "catch");
  const on = outs.find((edge) => edge.happy) ?? outs.find((edge) => edge.kind === "default") ?? outs[0];
  return (on ?? graph.edges.find((edge) => edge.target === state))?.id ?? null;
}
