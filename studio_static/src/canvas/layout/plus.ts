/** Where "+" stands on each line: in the middle of its longest piece that no other line runs along. */
import { groupBy } from "./group";
import type { Point } from "./types";

interface Piece {
  readonly from: Point;
  readonly to: Point;
}

const pieces = (points: readonly Point[]): Piece[] =>
  points.slice(1).map((to, index) => ({ from: points[index] as Point, to }));

const lengthOf = ({ from, to }: Piece): number => Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
const middle = ({ from, to }: Piece): Point => ({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });

/** The distance of a point from a polyline. */
export function distanceTo(point: Point, line: readonly Point[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { from, to } of pieces(line)) {
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const along =
      dx === 0 && dy === 0
        ? 0
        : Math.min(1, Math.max(0, ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy)));
    least = Math.min(least, Math.hypot(point.x - from.x - along * dx, point.y - from.y - along * dy));
  }
  return least;
}

const APART = 10;

/** By line: the point for its "+". */
export function plusPoints(lines: ReadonlyMap<string, readonly Point[]>): Map<string, Point> {
  const found = new Map<string, Point>();
  // Lines share pieces only with those that leave or reach the same port.
  const starts = groupBy(lines, ([, points]) => `${points[0]?.x} ${points[0]?.y}`);
  const ends = groupBy(lines, ([, points]) => `${points.at(-1)?.x} ${points.at(-1)?.y}`);
  for (const [id, points] of lines) {
    const near = [
      ...(starts.get(`${points[0]?.x} ${points[0]?.y}`) ?? []),
      ...(ends.get(`${points.at(-1)?.x} ${points.at(-1)?.y}`) ?? []),
    ].filter(([other]) => other !== id);
    const candidates = pieces(points)
      .sort((one, two) => lengthOf(two) - lengthOf(one))
      .map(middle);
    const free = candidates.find((point) => near.every(([, line]) => distanceTo(point, line) > APART));
    const chosen = free ?? candidates[0];
    if (chosen !== undefined) found.set(id, chosen);
  }
  return found;
}
