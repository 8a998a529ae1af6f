/** Finding states on a canvas by what their cards say. */
import type { Graph, StatePointer } from "../../asl";
import { readingOrder } from "../draw/elements";

/** States whose name, or else whose sub-line, holds the words; by name first, each in reading order. */
export function findStates(graph: Graph, words: string): StatePointer[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return [];
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const order = readingOrder(graph);
  const byName = order.filter((id) => nodes.get(id)?.name.toLowerCase().includes(wanted));
  const named = new Set(byName);
  return [...byName, ...order.filter((id) => !named.has(id) && nodes.get(id)?.subtitle.toLowerCase().includes(wanted))];
}
