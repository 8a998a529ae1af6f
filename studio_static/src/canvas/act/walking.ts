/** Where arrow keys lead from a card: along the flow, and aside to the nearest card. */
import { type Graph, isEndId, isStartId, ownerOf, type StatePointer, scopeOf, within } from "../../asl";
import type { Layout } from "../layout/types";

export type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

interface Way {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly direction: "down" | "right";
}

/** The state that `arrow` leads to, or null. Along the flow it enters containers and leaves them where a branch ends. */
export function step(way: Way, from: StatePointer, arrow: Arrow): StatePointer | null {
  const [ahead, back] = way.direction === "down" ? ["ArrowDown", "ArrowUp"] : ["ArrowRight", "ArrowLeft"];
  if (arrow === ahead) return onward(way, from);
  if (arrow === back) return backward(way, from);
  return aside(way, from, arrow);
}

const isState = (id: string): boolean => !isStartId(id) && !isEndId(id);

function onward({ graph, layout }: Way, from: StatePointer): StatePointer | null {
  if (layout.panels.has(from)) {
    const inner = graph.nodes.find((node) => node.id === from)?.branches[0];
    const first = inner && graph.edges.find((edge) => edge.kind === "start" && edge.scope === inner.scope)?.target;
    if (first && isState(first)) return first;
  }
  for (let at: StatePointer | null = from; at !== null; at = ownerOf(scopeOf(at))) {
    const outs = graph.edges.filter((edge) => edge.source === at && isState(edge.target) && layout.edges.has(edge.id));
    const next = outs.find((edge) => edge.happy) ?? outs.find((edge) => edge.kind !== "catch") ?? outs[0];
    if (next !== undefined) return next.target;
  }
  return null;
}

function backward({ graph, layout }: Way, from: StatePointer): StatePointer | null {
  const ins = graph.edges.filter((edge) => edge.target === from && layout.edges.has(edge.id));
  const order = graph.scopes.find((scope) => scope.pointer === scopeOf(from))?.order ?? [];
  const before = ins
    .filter((edge) => isState(edge.source))
    .sort((one, two) => Number(two.happy) - Number(one.happy) || order.indexOf(one.source) - order.indexOf(two.source));
  return before[0]?.source ?? ownerOf(scopeOf(from));
}

/** The nearest card whose middle lies that way, cards in line preferred; a container around `from` is not beside it. */
function aside({ graph, layout }: Way, from: StatePointer, arrow: Arrow): StatePointer | null {
  const here = layout.nodes.get(from);
  if (here === undefined) return null;
  const [dx, dy] = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[arrow] as [
    number,
    number,
  ];
  let best: { id: StatePointer; cost: number } | null = null;
  for (const node of graph.nodes) {
    const there = layout.nodes.get(node.id);
    if (node.kind !== "state" || there === undefined || within(from, node.id)) continue;
    const x = there.x + there.width / 2 - here.x - here.width / 2;
    const y = there.y + there.height / 2 - here.y - here.height / 2;
    const along = x * dx + y * dy;
    const off = Math.abs(x * dy) + Math.abs(y * dx);
    if (along <= 8 || off > along * 2.5) continue;
    const cost = along + 2 * off;
    if (best === null || cost < best.cost) best = { id: node.id, cost };
  }
  return best?.id ?? null;
}
