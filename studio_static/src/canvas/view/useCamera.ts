/** Where the canvas looks: opens readable, stays where it is when the drawing changes, and goes where it is sent. */
import { useOnViewportChange, useReactFlow } from "@xyflow/react";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useReducedMotion } from "../../app/theme";
import type { Rect } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import { contains, grown, windowOf } from "./seen";
import {
  centredOn,
  firstView,
  fittingView,
  keepView,
  LEAST_ZOOM,
  MOST_ZOOM,
  type Pane,
  READABLE,
  readView,
  showing,
  steadyCard,
  type Viewport,
} from "./view";

export interface Camera {
  /** The view that the canvas opens with. */
  readonly first: Viewport;
  /** The part of the drawing that must be there: what is seen, and half a screen around. */
  readonly window: Rect;
  /** React Flow's: null for what the page itself moves. */
  onMoveStart(event: MouseEvent | TouchEvent | null): void;
  /** Move as little as shows the rectangle whole; from afar, also come near. */
  show(rect: Rect): void;
  fit(): void;
  zoomBy(factor: number): void;
  zoomTo(zoom: number): void;
  look(view: Viewport): void;
}

const GLIDE = 200;

/** The exact layout of so few cards is there in a moment: the canvas then opens anew, whatever was selected meanwhile. */
const FEW = 100;

/** Below this, only names can be read. */
const FAR = 0.45;

export function useCamera(
  room: RefObject<HTMLElement | null>,
  placed: Placed,
  isExact: boolean,
  pane: Pane,
  anchor: string | null,
  viewKey?: string,
  openAt?: string | null,
): Camera {
  const flow = useReactFlow();
  const still = useReducedMotion();
  const [first] = useState(() => firstView(placed, pane, viewKey, openAt));
  const [window, setWindow] = useState(() => grown(windowOf(first, pane)));
  const held = useRef(window);
  const pushed = useRef(0);
  const keep = useCallback(
    (view: Viewport) => keepView(viewKey, { viewport: { ...view, y: view.y + pushed.current } }),
    [viewKey],
  );
  const see = useCallback(
    (view: Viewport) => {
      const sight = windowOf(view, pane);
      // Zoomed in, a window made far out would hold most of the drawing.
      if (contains(held.current, sight) && held.current.width <= sight.width * 4) return;
      held.current = grown(sight);
      setWindow(held.current);
    },
    [pane],
  );
  useEffect(() => see(flow.getViewport()), [see, flow]);
  const far = (view: Viewport): void => {
    room.current?.classList.toggle("is-far", view.zoom < FAR);
  };
  useEffect(() => far(flow.getViewport()));
  // Classes by hand: no render for what changes sixty times a second.
  const startMoving = useCallback(() => room.current?.classList.add("is-moving"), [room]);
  useOnViewportChange({
    onChange: (view) => {
      see(view);
      far(view);
    },
    onEnd: (viewport) => {
      room.current?.classList.remove("is-moving");
      keep(viewport);
    },
  });
  // What was remembered when it opened; not what was shown of the guess meanwhile.
  const [keptKey] = useState(() => (readView(viewKey).viewport === undefined ? undefined : viewKey));
  const opening = useCallback(() => firstView(placed, pane, keptKey, openAt), [placed, pane, keptKey, openAt]);
  useSteady(placed, isExact, pane, anchor, first, opening);
  useStandStill(room, flow, pushed);
  return useMemo(() => {
    const look = (view: Viewport): void => {
      if (!still) startMoving();
      void flow.setViewport(view, { duration: still ? 0 : GLIDE });
      keep(view);
    };
    const zoomTo = (wanted: number): void => {
      const view = flow.getViewport();
      const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, wanted));
      const [x, y] = [pane.width / 2, pane.height / 2];
      look({ x: x - ((x - view.x) * zoom) / view.zoom, y: y - ((y - view.y) * zoom) / view.zoom, zoom });
    };
    return {
      first,
      window,
      onMoveStart: (event) => {
        if (event !== null) startMoving();
      },
      look,
      zoomTo,
      zoomBy: (factor: number) => zoomTo(flow.getViewport().zoom * factor),
      fit: () => look(fittingView(placed.layout, pane)),
      show: (rect: Rect) => {
        const view = flow.getViewport();
        const next = view.zoom < READABLE / 2 ? centredOn(rect, view, pane) : showing(rect, view, pane);
        if (next !== view) look(next);
      },
    };
  }, [first, window, flow, still, startMoving, keep, placed, pane]);
}

/**
 * A message over the page pushes the canvas down, and its going brings it back: the cards stand where they stood. `pushed`
 * is by how much, which is no part of the view that is remembered.
 */
function useStandStill(
  room: RefObject<HTMLElement | null>,
  flow: ReturnType<typeof useReactFlow>,
  pushed: RefObject<number>,
): void {
  useEffect(() => {
    const element = room.current;
    if (element === null) return;
    const topNow = (): number => element.getBoundingClientRect().top + globalThis.scrollY;
    let top = topNow();
    const observer = new ResizeObserver(() => {
      const moved = topNow() - top;
      top += moved;
      pushed.current += moved;
      if (moved === 0) return;
      const view = flow.getViewport();
      void flow.setViewport({ ...view, y: view.y - moved });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [room, flow, pushed]);
}

/**
 * After each new layout, the card that was looked at stands where it stood: the drawing grows around it. When the first
 * exact one takes the place of a guess and nobody has gone anywhere yet, the canvas opens as it would have with it.
 */
function useSteady(
  { layout }: Placed,
  isExact: boolean,
  pane: Pane,
  anchor: string | null,
  first: Viewport,
  opening: () => Viewport,
): void {
  const flow = useReactFlow();
  const last = useRef(layout);
  const isOpened = useRef(isExact);
  useEffect(() => {
    const before = last.current;
    last.current = layout;
    const opens = isExact && !isOpened.current;
    isOpened.current ||= isExact;
    if (before === layout) return;
    const view = flow.getViewport();
    const isUntouched = anchor === null && view.x === first.x && view.y === first.y;
    if (opens && view.zoom === first.zoom && (isUntouched || layout.nodes.size <= FEW)) {
      const rect = anchor === null ? undefined : layout.nodes.get(anchor);
      void flow.setViewport(rect === undefined ? opening() : showing(rect, opening(), pane));
      return;
    }
    const id = steadyCard(before, layout, windowOf(view, pane), anchor);
    const [from, to] = id === null ? [undefined, undefined] : [before.nodes.get(id), layout.nodes.get(id)];
    if (from === undefined || to === undefined) return;
    const [dx, dy] = [to.x + to.width / 2 - from.x - from.width / 2, to.y - from.y];
    if (dx !== 0 || dy !== 0)
      void flow.setViewport({ ...view, x: view.x - dx * view.zoom, y: view.y - dy * view.zoom });
  }, [layout, isExact, pane, anchor, flow, first, opening]);
}
