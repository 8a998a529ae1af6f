/**
 * What is drawn of a large workflow: the cards and lines in sight and half a screen around, with what they need to be
 * drawn (a card's containers, a line's two ends). React Flow is given no others.
 */
import { type Graph, type GraphEdge, type GraphNode, ownersOf, scopeOfNode } from "../../asl";
import type { Layout, PlacedEdge, Rect } from "../layout/types";
import type { Pane, Viewport } from "./view";

/** The part of the drawing that a pane shows. */
export const windowOf = (view: Viewport, pane: Pane): Rect => ({
  x: -view.x / view.zoom,
  y: -view.y / view.zoom,
  width: pane.width / view.zoom,
  height: pane.height / view.zoom,
});

/** A rectangle with half its size more on each side. */
export const grown = ({ x, y, width, height }: Rect): Rect => ({
  x: x - width / 2,
  y: y - height / 2,
  width: width * 2,
  height: height * 2,
});

export const contains = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

const meets = (one: Rect, two: Rect): boolean =>
  one.x <= two.x + two.width &&
  two.x <= one.x + one.width &&
  one.y <= two.y + two.height &&
  two.y <= one.y + one.height;

/** The rectangle around a line with its pill. Asked of thousands of lines at each edit: it makes no lists. */
export function boundsOf({ points, pill }: PlacedEdge): Rect {
  let left = pill?.x ?? Number.POSITIVE_INFINITY;
  let top = pill?.y ?? Number.POSITIVE_INFINITY;
  let right = pill === null ? Number.NEGATIVE_INFINITY : pill.x + pill.width;
  let bottom = pill === null ? Number.NEGATIVE_INFINITY : pill.y + pill.height;
  for (const { x, y } of points) {
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Fewer than this are drawn whole: hiding would cost more than it saves. */
const FEW = 60;

interface Seen {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Of a graph what `window` meets; `always` stays, wherever it is (the card that has the focus). */
export function seenOf({ nodes, edges }: Graph, layout: Layout, window: Rect, always: ReadonlySet<string>): Seen {
  if (nodes.length <= FEW) return { nodes, edges };
  const seen = edges.filter(({ id }) => {
    const place = layout.edges.get(id);
    return place !== undefined && meets(boundsOf(place), window);
  });
  const wanted = new Set<string>(always);
  for (const [id, rect] of layout.nodes) if (meets(rect, window)) wanted.add(id);
  for (const edge of seen) wanted.add(edge.source).add(edge.target);
  for (const id of [...wanted]) for (const owner of ownersOf(scopeOfNode(id))) wanted.add(owner);
  return { nodes: nodes.filter((node) => wanted.has(node.id)), edges: seen };
}
