/** Where a canvas opens, and finding it again as it was left. */
import type { Direction, Layout, Rect } from "../layout/types";

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}
export type ErrorPaths = "always" | "hover" | "hidden";

/** What is remembered of a workflow's canvas, in the browser. */
export interface View {
  readonly viewport?: Viewport;
  readonly direction?: "down" | "right";
  readonly collapsed?: readonly string[];
  readonly errorPaths?: ErrorPaths;
}

/** Below this a card's words are under 10 px. */
export const READABLE = 0.86;
export const LEAST_ZOOM = 0.1;
export const MOST_ZOOM = 2;
const MARGIN = 32;
/** Around what is brought into sight; below it stands the bar of the zoom. */
const SIGHT_MARGIN = 48;
const BAR_ROOM = 84;

const keyOf = (workflow: string): string => `automate.canvas.${workflow}`;

export function readView(workflow: string | undefined): View {
  if (workflow === undefined) return {};
  try {
    const view: unknown = JSON.parse(localStorage.getItem(keyOf(workflow)) ?? "{}");
    return typeof view === "object" && view !== null ? (view as View) : {};
  } catch {
    // A browser without storage, or with something else under our key: the canvas opens as if for the first time.
    return {};
  }
}

export function keepView(workflow: string | undefined, change: View): void {
  if (workflow === undefined) return;
  try {
    localStorage.setItem(keyOf(workflow), JSON.stringify({ ...readView(workflow), ...change }));
  } catch {
    // Nothing depends on it.
  }
}

export interface Pane {
  readonly width: number;
  readonly height: number;
}

/** Readable at Start: as large as fits across, 100 % at most, never under 86 %. */
function openingView(layout: Layout, pane: Pane, direction: "down" | "right"): Viewport {
  const down = direction === "down";
  const across = down ? (pane.width - 2 * MARGIN) / layout.width : (pane.height - 2 * MARGIN) / layout.height;
  const aboveBar = (pane.height - MARGIN - BAR_ROOM) / layout.height;
  // All of it above the bar, where it can be read so.
  const most = down && aboveBar >= READABLE ? Math.min(1, aboveBar) : 1;
  const zoom = Math.min(most, Math.max(READABLE, across));
  const start = layout.nodes.get("#start") ?? { x: 0, y: 0, width: 0, height: 0 };
  const place = (size: number, room: number, at: number): number =>
    size * zoom <= room - 2 * MARGIN
      ? (room - size * zoom) / 2
      : Math.min(MARGIN, Math.max(room - MARGIN - size * zoom, room / 2 - at * zoom));
  return down
    ? { x: place(layout.width, pane.width, start.x + start.width / 2), y: MARGIN - start.y * zoom, zoom }
    : { x: MARGIN - start.x * zoom, y: place(layout.height, pane.height, start.y + start.height / 2), zoom };
}

/** All of it, in the middle of what is above the bar. */
export function fittingView(layout: Layout, pane: Pane): Viewport {
  const height = pane.height - MARGIN - BAR_ROOM;
  const across = (pane.width - 2 * MARGIN) / layout.width;
  const zoom = Math.min(1, Math.max(LEAST_ZOOM, Math.min(across, height / layout.height)));
  return { x: (pane.width - layout.width * zoom) / 2, y: MARGIN + (height - layout.height * zoom) / 2, zoom };
}

/** The view moved as little as shows `rect` whole; the same object where it is in sight. */
export function showing(rect: Rect, view: Viewport, pane: Pane): Viewport {
  const shift = (at: number, size: number, offset: number, last: number): number => {
    const from = at * view.zoom + offset;
    const to = from + Math.min(size * view.zoom, last - SIGHT_MARGIN);
    if (from < SIGHT_MARGIN) return SIGHT_MARGIN - from;
    return to > last ? last - to : 0;
  };
  const dx = shift(rect.x, rect.width, view.x, pane.width - SIGHT_MARGIN);
  const dy = shift(rect.y, rect.height, view.y, pane.height - BAR_ROOM);
  return dx === 0 && dy === 0 ? view : { ...view, x: view.x + dx, y: view.y + dy };
}

/** The view with `rect` in the middle, readable. */
export function centredOn(rect: Rect, view: Viewport, pane: Pane): Viewport {
  const zoom = Math.max(READABLE, view.zoom);
  return {
    x: pane.width / 2 - (rect.x + rect.width / 2) * zoom,
    y: pane.height / 2 - (rect.y + rect.height / 2) * zoom,
    zoom,
  };
}

/** Whether any card is in sight: what is remembered may be of a drawing that was much larger. */
function seesSomething(layout: Layout, view: Viewport, pane: Pane): boolean {
  return [...layout.nodes.values()].some((rect) => {
    const [x, y] = [rect.x * view.zoom + view.x, rect.y * view.zoom + view.y];
    return (
      x < pane.width - 40 && x + rect.width * view.zoom > 40 && y < pane.height - 40 && y + rect.height * view.zoom > 40
    );
  });
}

/** Where a canvas opens: at `openAt`, as it was left, or readable at Start. */
export function firstView(
  { layout, direction }: { layout: Layout; direction: Direction },
  pane: Pane,
  viewKey?: string,
  openAt?: string | null,
): Viewport {
  const opening = openingView(layout, pane, direction);
  const rect = openAt ? layout.nodes.get(openAt) : undefined;
  if (rect !== undefined) {
    // All of the flow where it fits, as an execution's reader wants the way there too.
    const whole = showing({ ...rect }, opening, pane);
    return whole === opening ? opening : centredOn(rect, opening, pane);
  }
  const kept = readView(viewKey).viewport;
  return kept !== undefined && seesSomething(layout, kept, pane) ? kept : opening;
}

/** `anchor` where it is in sight in both drawings, else the card in both that is nearest to the middle. */
export function steadyCard(before: Layout, after: Layout, window: Rect, anchor: string | null): string | null {
  const middle = { x: window.x + window.width / 2, y: window.y + window.height / 2 };
  let best: { id: string; distance: number } | null = null;
  for (const [id, rect] of before.nodes) {
    if (!after.nodes.has(id)) continue;
    const [x, y] = [rect.x + rect.width / 2, rect.y];
    const seen = x >= window.x && x <= window.x + window.width && y >= window.y && y <= window.y + window.height;
    if (!seen) continue;
    if (id === anchor) return id;
    const distance = Math.hypot(x - middle.x, y - middle.y);
    if (best === null || distance < best.distance) best = { id, distance };
  }
  return best?.id ?? null;
}
