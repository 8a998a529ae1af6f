/** What lies under the pointer: the line that a dragged step would go to, the card that a new line would reach. */
import { type EdgeId, type StatePointer, within } from "../../asl";
import { distanceTo } from "../layout/plus";
import type { Point, Rect } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import { boundsOf } from "../view/seen";

/**
 * The line nearest to `point`, at most `reach` away (in the drawing's own pixels), or null. Lines of `moving` itself and
 * within it are none: a state cannot go where it is.
 */
export function lineAt(
  { graph, layout }: Placed,
  point: Point,
  moving: StatePointer | null,
  reach: number,
): EdgeId | null {
  let best: { id: EdgeId; distance: number } | null = null;
  for (const edge of graph.edges) {
    const place = layout.edges.get(edge.id);
    if (place === undefined) continue;
    if (moving !== null && (edge.target === moving || edge.source === moving || within(edge.source, moving))) continue;
    if (moving !== null && within(edge.scope, moving)) continue;
    const limit = Math.min(reach, best?.distance ?? reach);
    if (outside(boundsOf(place), point, limit)) continue;
    const onPill = place.pill !== null && !outside(place.pill, point, 0);
    const distance = onPill ? 0 : distanceTo(point, place.points);
    if (distance <= limit && (best === null || distance < best.distance)) best = { id: edge.id, distance };
  }
  return best?.id ?? null;
}

const outside = (rect: Rect, { x, y }: Point, by: number): boolean =>
  x < rect.x - by || y < rect.y - by || x > rect.x + rect.width + by || y > rect.y + rect.height + by;

/** The innermost card or end under `point`, or null. */
export function nodeAt({ graph, layout }: Placed, point: Point): string | null {
  let found: string | null = null;
  for (const node of graph.nodes) {
    const rect = layout.nodes.get(node.id);
    if (rect !== undefined && node.kind !== "start" && !outside(rect, point, node.kind === "end" ? 10 : 0)) {
      // Containers come before what is in them.
      if (found === null || area(rect) <= area(layout.nodes.get(found) as Rect)) found = node.id;
    }
  }
  return found;
}

const area = (rect: Rect): number => rect.width * rect.height;
