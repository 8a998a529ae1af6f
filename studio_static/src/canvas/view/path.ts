/** SVG paths of lines that run along the axes. */
import type { Point } from "../layout/types";

const RADIUS = 8;
const ARROW = 7;

/** The way with round corners; it ends where its arrow begins. */
export function roundedPath(points: readonly Point[]): string {
  const way = withoutStraights(points);
  const [first] = way;
  if (first === undefined) return "";
  let path = `M${first.x} ${first.y}`;
  for (let at = 1; at < way.length; at += 1) {
    const [from, corner, to] = [way[at - 1] as Point, way[at] as Point, way[at + 1]];
    if (to === undefined) {
      const end = towards(corner, from, Math.min(ARROW - 1, distance(from, corner)));
      path += `L${end.x} ${end.y}`;
      continue;
    }
    const radius = Math.min(RADIUS, distance(from, corner) / 2, distance(corner, to) / 2);
    const before = towards(corner, from, radius);
    const after = towards(corner, to, radius);
    path += `L${before.x} ${before.y}Q${corner.x} ${corner.y} ${after.x} ${after.y}`;
  }
  return path;
}

/** The arrow head at the end of the way. */
export function arrowAt(points: readonly Point[]): string | null {
  const way = withoutStraights(points);
  const tip = way.at(-1);
  const from = way.at(-2);
  if (tip === undefined || from === undefined) return null;
  const back = towards(tip, from, ARROW);
  const [dx, dy] = [(tip.y - back.y) * 0.62, (back.x - tip.x) * 0.62];
  return `M${tip.x} ${tip.y}L${back.x + dx} ${back.y + dy}L${back.x - dx} ${back.y - dy}Z`;
}

const distance = (one: Point, two: Point): number => Math.hypot(one.x - two.x, one.y - two.y);

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length };
}

/** Without points on straight pieces and points twice. */
function withoutStraights(points: readonly Point[]): Point[] {
  const distinct = points.filter((point, index) => index === 0 || distance(point, points[index - 1] as Point) > 0.01);
  return distinct.filter((point, index) => {
    const [before, after] = [distinct[index - 1], distinct[index + 1]];
    if (before === undefined || after === undefined) return true;
    const cross = (point.x - before.x) * (after.y - point.y) - (point.y - before.y) * (after.x - point.x);
    return Math.abs(cross) > 0.01;
  });
}
