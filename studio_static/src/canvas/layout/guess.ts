/**
 * Places of a scope at once, until ELK's are there: its last places with the change worked in, where they are known;
 * else layer by layer, the happy path straight. Both take a few milliseconds for thousands of states, and are good enough
 * to read and to work on. Everything is computed as if the flow ran downwards, and turned at the end.
 */
import type { GraphEdge } from "../../asl";
import { groupBy } from "./group";
import { type PortName, pillSize, portsOf } from "./measure";
import type { Direction, PlacedScope, Point, Rect, ScopeRequest, Size, UnmarkedEdge } from "./types";

/** Between two layers, and between cards of one. */
const GAP = 40;
/** Between a line and the cards that it passes. */
const LANE = 18;
/** So many new states are worked into places that are known; for more of them all places are new. */
const MOST_NEW = 24;

/** The places of `request`, by `before` where those are of the same scope and most of it is still there. */
export function guessScope(request: ScopeRequest, before: PlacedScope | undefined): PlacedScope {
  const isDown = request.direction === "down";
  const sizes = isDown ? request.sizes : new Map([...request.sizes].map(([id, size]) => [id, flipped(size)]));
  const turned = { ...request, sizes };
  const old = before === undefined || isDown ? before : turnedOver(before);
  const placed = (old === undefined ? null : worked(turned, old)) ?? layered(turned);
  return isDown ? placed : turnedOver(placed);
}

interface Draft {
  readonly nodes: Map<string, Rect>;
  readonly edges: Map<string, UnmarkedEdge>;
  /** Cards that stand where a line of `edges` may run. */
  readonly fresh: string[];
}

/** Layer by layer: each state below all that lead to it, loops apart; in its layer below the first of them. */
function layered(request: ScopeRequest): PlacedScope {
  const { nodes, edges, sizes } = request;
  const index = new Map(nodes.map((node, at) => [node.id, at]));
  const place = (id: string): number => index.get(id) ?? 0;
  const into = groupBy(
    edges.filter((edge) => place(edge.source) < place(edge.target)),
    (edge) => edge.target,
  );
  const happy = new Set(edges.filter((edge) => edge.happy).flatMap((edge) => [edge.source, edge.target]));
  const layers: string[][] = [];
  const layerOf = new Map<string, number>();
  const pills: number[] = [];
  for (const { id } of nodes) {
    const before = into.get(id) ?? [];
    const layer = Math.max(0, ...before.map((edge) => (layerOf.get(edge.source) ?? 0) + 1));
    layerOf.set(id, layer);
    const row = layers[layer] ?? [];
    layers[layer] = row;
    if (happy.has(id)) row.unshift(id);
    else row.push(id);
    const pill = Math.max(0, ...before.map((edge) => pillSize(edge)?.height ?? 0));
    pills[layer] = Math.max(pills[layer] ?? 0, pill > 0 ? pill + LANE : 0);
  }
  const draft: Draft = { nodes: new Map(), edges: new Map(), fresh: [] };
  let y = 0;
  layers.forEach((row, layer) => {
    if (layer > 0) y += GAP + (pills[layer] ?? 0);
    let right = Number.NEGATIVE_INFINITY;
    for (const id of row) {
      const size = sizes.get(id) as Size;
      const from = draft.nodes.get(into.get(id)?.[0]?.source ?? "");
      const middle = happy.has(id) || from === undefined ? 0 : from.x + from.width / 2;
      const x = Math.max(middle - size.width / 2, right + GAP);
      draft.nodes.set(id, { x, y, ...size });
      right = x + size.width;
    }
    y += Math.max(...row.map((id) => sizes.get(id)?.height ?? 0));
  });
  return finished(request, draft);
}

/** The last places with what is new, gone, larger or led elsewhere; null where too much is. */
function worked(request: ScopeRequest, old: PlacedScope): PlacedScope | null {
  const { nodes, edges, sizes } = request;
  const fresh = nodes.filter((node) => !old.nodes.has(node.id));
  if (fresh.length > MOST_NEW || fresh.length * 2 > nodes.length) return null;
  const draft: Draft = { nodes: new Map(), edges: new Map(), fresh: [] };
  for (const { id } of nodes) {
    const rect = old.nodes.get(id);
    if (rect !== undefined) draft.nodes.set(id, rect);
  }
  for (const { id } of edges) {
    const line = old.edges.get(id);
    if (line !== undefined) draft.edges.set(id, line);
  }
  for (const { id } of nodes) {
    const [rect, size] = [draft.nodes.get(id), sizes.get(id) as Size];
    if (rect === undefined || (rect.width === size.width && rect.height === size.height)) continue;
    makeRoom(draft, rect.y + rect.height, size.height - rect.height);
    draft.nodes.set(id, { ...size, x: rect.x + (rect.width - size.width) / 2, y: rect.y });
  }
  for (const { id } of fresh) {
    const size = sizes.get(id) as Size;
    const line = edges.find((edge) => edge.target === id && draft.nodes.has(edge.source));
    const from = draft.nodes.get(line?.source ?? "") ?? { x: 0, y: 0, width: size.width, height: 0 };
    const pill = line === undefined ? null : pillSize(line);
    const y = from.y + from.height + GAP + (pill === null ? 0 : pill.height + LANE);
    makeRoom(draft, from.y + from.height + 1, y + size.height - from.y - from.height);
    const middle = line?.kind === "catch" ? from.x + from.width + GAP + size.width / 2 : from.x + from.width / 2;
    draft.nodes.set(id, { ...size, x: middle - size.width / 2, y });
    draft.fresh.push(id);
  }
  return finished(request, draft);
}

/** Everything from `y` on goes down by so much. */
function makeRoom({ nodes, edges }: Draft, y: number, by: number): void {
  if (by === 0) return;
  const lowered = <T extends Point>(at: T): T => (at.y >= y ? { ...at, y: at.y + by } : at);
  for (const [id, rect] of nodes) nodes.set(id, lowered(rect));
  for (const [id, { points, pill }] of edges)
    edges.set(id, { points: points.map(lowered), pill: pill && lowered(pill) });
}

/** With every line, in coordinates that begin at 0. */
function finished(request: ScopeRequest, draft: Draft): PlacedScope {
  const rows = rowsOf(draft.nodes);
  const edges = new Map(request.edges.map((edge) => [edge.id, lineOf(edge, request.direction, draft, rows)]));
  const rects = [...draft.nodes.values()];
  const points = [...edges.values()].flatMap((line) => line.points);
  const left = least([...rects, ...points].map(({ x }) => x));
  const right = -least([...rects.map(({ x, width }) => -x - width), ...points.map(({ x }) => -x)]);
  const bottom = -least([...rects.map(({ y, height }) => -y - height), ...points.map(({ y }) => -y)]);
  const shift = <T extends Point>(at: T): T => (left === 0 ? at : { ...at, x: at.x - left });
  return {
    width: right - left,
    height: bottom,
    nodes: new Map([...draft.nodes].map(([id, rect]) => [id, shift(rect)])),
    edges: new Map(
      [...edges].map(([id, { points: way, pill }]) => [id, { points: way.map(shift), pill: pill && shift(pill) }]),
    ),
  };
}

/** Without spreading thousands of numbers over a call's arguments. */
const least = (numbers: readonly number[]): number => numbers.reduce((one, other) => Math.min(one, other), 0);

const ROW = 200;

/** Cards by the strips that they lie in, to find quickly what a line passes. */
function rowsOf(nodes: ReadonlyMap<string, Rect>): ReadonlyMap<number, readonly Rect[]> {
  const rows = new Map<number, Rect[]>();
  for (const rect of nodes.values())
    for (let row = Math.floor(rect.y / ROW); row <= Math.floor((rect.y + rect.height) / ROW); row += 1)
      rows
        .set(row, rows.get(row) ?? [])
        .get(row)
        ?.push(rect);
  return rows;
}

/** The line as it was where its ends still are there and no new card stands on it, else a new way. */
function lineOf(
  edge: GraphEdge,
  direction: Direction,
  { nodes, edges, fresh }: Draft,
  rows: ReadonlyMap<number, readonly Rect[]>,
): UnmarkedEdge {
  const from = portOf(nodes.get(edge.source) as Rect, edge.kind === "catch" ? "err" : "out", direction);
  const to = portOf(nodes.get(edge.target) as Rect, "in", direction);
  const size = pillSize(edge);
  const pill = size === null || direction === "down" ? size : flipped(size);
  const old = edges.get(edge.id);
  const [first, last] = [old?.points[0], old?.points.at(-1)];
  const isThere = first !== undefined && last !== undefined && isAt(first, from) && isAt(last, to);
  const isFree = !fresh.some(
    (id) => id !== edge.source && id !== edge.target && runsOver(old?.points ?? [], nodes.get(id) as Rect),
  );
  if (old && isThere && isFree && old.pill?.width === pill?.width) return old;
  const points = wayOf(from, to, edge.kind === "catch", rows);
  return { points, pill: pill && onto(points, pill) };
}

const isAt = (one: Point, two: Point): boolean => Math.abs(one.x - two.x) < 1 && Math.abs(one.y - two.y) < 1;

const runsOver = (points: readonly Point[], { x, y, width, height }: Rect): boolean =>
  points.slice(1).some((to, at) => {
    const from = points[at] as Point;
    return (
      Math.min(from.x, to.x) < x + width &&
      Math.max(from.x, to.x) > x &&
      Math.min(from.y, to.y) < y + height &&
      Math.max(from.y, to.y) > y
    );
  });

function portOf(rect: Rect, name: PortName, direction: Direction): Point {
  const isDown = direction === "down";
  const port = portsOf(isDown ? rect : flipped(rect), direction).find((each) => each.name === name) ?? { x: 0, y: 0 };
  return isDown ? { x: rect.x + port.x, y: rect.y + port.y } : { x: rect.x + port.y, y: rect.y + port.x };
}

/** Down to the target, beside the cards that stand between; a catcher's line leaves at the side. */
function wayOf(from: Point, to: Point, isAside: boolean, rows: ReadonlyMap<number, readonly Rect[]>): Point[] {
  const out = isAside ? from : { x: from.x, y: from.y + GAP / 2 };
  const isFree =
    to.y > out.y && !between(rows, out.y + 1, to.y - 1).some((rect) => to.x > rect.x && to.x < rect.x + rect.width);
  if (isFree) return isAside || from.x !== to.x ? [from, out, { x: to.x, y: out.y }, to] : [from, to];
  const above = to.y - LANE;
  const passed = between(rows, Math.min(out.y, above), Math.max(out.y, above));
  const side = Math.max(from.x, to.x, ...passed.map((rect) => rect.x + rect.width)) + LANE;
  return [from, out, { x: side, y: out.y }, { x: side, y: above }, { x: to.x, y: above }, to];
}

function between(rows: ReadonlyMap<number, readonly Rect[]>, top: number, bottom: number): Rect[] {
  const found: Rect[] = [];
  for (let row = Math.floor(top / ROW); row <= Math.floor(bottom / ROW); row += 1)
    for (const rect of rows.get(row) ?? []) if (rect.y < bottom && rect.y + rect.height > top) found.push(rect);
  return found;
}

/** A pill in the middle of the last piece that has room for it, else of the longest. */
function onto(points: readonly Point[], size: Size): Rect {
  const pieces = points.slice(1).map((to, at) => ({ from: points[at] as Point, to }));
  const lengthOf = ({ from, to }: { from: Point; to: Point }): number =>
    Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
  const roomy = pieces.findLast((piece) => piece.from.x === piece.to.x && lengthOf(piece) >= size.height + 8);
  const { from, to } = roomy ?? pieces.reduce((one, other) => (lengthOf(other) > lengthOf(one) ? other : one));
  return { ...size, x: (from.x + to.x - size.width) / 2, y: (from.y + to.y - size.height) / 2 };
}

// --- turning: what runs downwards runs to the right ---

function flipped<T extends Size>(of: T): T {
  const { width, height } = of;
  return "x" in of && "y" in of
    ? { ...of, x: of.y, y: of.x, width: height, height: width }
    : { ...of, width: height, height: width };
}

const turnedOver = ({ width, height, nodes, edges }: PlacedScope): PlacedScope => ({
  width: height,
  height: width,
  nodes: new Map([...nodes].map(([id, rect]) => [id, flipped(rect)])),
  edges: new Map(
    [...edges].map(([id, { points, pill }]) => [
      id,
      { points: points.map(({ x, y }) => ({ x: y, y: x })), pill: pill && flipped(pill) },
    ]),
  ),
});
