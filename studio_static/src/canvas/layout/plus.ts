/** Where "+" stands on each line: in the middle of its longest piece that no other line runs along, beside its pill. */
import { groupBy } from "./group";
import type { Point, Rect } from "./types";

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
/** The "+" with a little air. */
const ROOM = 14;

/** What is left of a piece beside a pill; the whole piece where they do not meet. Pieces run along the axes. */
function beside(piece: Piece, pill: Rect | null): Piece[] {
  if (pill === null) return [piece];
  const { from, to } = piece;
  const along = from.x === to.x ? "y" : "x";
  const across = along === "y" ? "x" : "y";
  const [size, depth] = along === "y" ? [pill.height, pill.width] : [pill.width, pill.height];
  if (from[across] < pill[across] - ROOM || from[across] > pill[across] + depth + ROOM) return [piece];
  const [start, end] = [pill[along] - ROOM, pill[along] + size + ROOM];
  const [low, high] = from[along] <= to[along] ? [from, to] : [to, from];
  const at = (place: number): Point => ({ ...from, [along]: place });
  return [
    ...(low[along] < start ? [{ from: low, to: at(Math.min(start, high[along])) }] : []),
    ...(high[along] > end ? [{ from: at(Math.max(end, low[along])), to: high }] : []),
  ];
}

/** The point for the "+" of a line, by its id; found when it is first asked for. */
export function plusPoints(
  lines: ReadonlyMap<string, readonly Point[]>,
  pills: ReadonlyMap<string, Rect>,
): (id: string) => Point | undefined {
  const found = new Map<string, Point | undefined>();
  let ports: ReadonlyMap<string, [string, readonly Point[]][]> | null = null;
  const find = (id: string): Point | undefined => {
    const points = lines.get(id) ?? [];
    // Lines share pieces only with those that leave or reach the same port.
    ports ??= byPort(lines);
    const near = [...(ports.get(`from ${at(points[0])}`) ?? []), ...(ports.get(`to ${at(points.at(-1))}`) ?? [])];
    const pill = pills.get(id) ?? null;
    const candidates = pieces(points)
      .flatMap((piece) => beside(piece, pill))
      .sort((one, two) => lengthOf(two) - lengthOf(one))
      .map(middle);
    const free = candidates.find((point) =>
      near.every(([other, line]) => other === id || distanceTo(point, line) > APART),
    );
    // A line that is hardly longer than its pill: over the pill's edge rather than nowhere.
    return free ?? candidates[0] ?? points.at(-1);
  };
  return (id) => {
    if (!found.has(id)) found.set(id, find(id));
    return found.get(id);
  };
}

const at = (point: Point | undefined): string => `${point?.x} ${point?.y}`;

function byPort(lines: ReadonlyMap<string, readonly Point[]>): Map<string, [string, readonly Point[]][]> {
  const starts = groupBy(lines, ([, points]) => `from ${at(points[0])}`);
  const ends = groupBy(lines, ([, points]) => `to ${at(points.at(-1))}`);
  return new Map([...starts, ...ends]);
}
