/**
 * The layout of a graph, kept up with it: while a new one is made, the last one stands. What is opened is drawn at once by
 * a guess, and so is each edit of many states; the exact layout follows.
 */
import { useEffect, useRef, useState } from "react";
import type { Graph } from "../../asl";
import { workerEngine } from "./elk";
import { type Arranged, guessLayout, layoutGraph } from "./layout";
import type { Direction, Layout } from "./types";

export interface Placed {
  /** The graph that the layout is of; a newer one may be on its way. */
  readonly graph: Graph;
  readonly layout: Layout;
  readonly direction: Direction;
}

interface LayoutState {
  readonly placed: Placed | null;
  /** Not a guess that is about to be replaced. */
  readonly isExact: boolean;
  /** Why there is none: the worker could not be loaded, for one. */
  readonly problem: string | null;
}

/** Of so few states an edit is laid out exactly in a moment: a guess would only move the cards once more. */
const FEW = 100;

export function useLayout(graph: Graph, direction: Direction, collapsed: ReadonlySet<string>): LayoutState {
  const [state, setState] = useState<LayoutState>({ placed: null, isExact: false, problem: null });
  const latest = useRef(0);
  const last = useRef<{ readonly direction: Direction; readonly arranged: Arranged } | null>(null);
  /** One after the other: an edit that was overtaken is never laid out. */
  const turn = useRef(Promise.resolve());
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    const options = { direction, collapsed };
    const put = (arranged: Arranged, isExact: boolean): void => {
      last.current = { direction, arranged };
      const placed = { graph, layout: arranged.layout, direction };
      // A guess that proved exact stays the same object: nothing is drawn again.
      setState((old) => ({
        placed: old.placed?.graph === graph && old.placed.layout === placed.layout ? old.placed : placed,
        isExact,
        problem: null,
      }));
    };
    const before = last.current?.direction === direction ? last.current.arranged : null;
    const isSoon = last.current !== null && graph.nodes.length <= FEW;
    const guess = isSoon ? null : guessLayout(graph, options, before);
    if (guess !== null) put(guess, false);
    turn.current = turn.current.then(async () => {
      if (mine !== latest.current) return;
      try {
        const arranged = await layoutGraph(graph, options, workerEngine, guess);
        if (mine === latest.current) put(arranged, true);
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        if (mine === latest.current) setState((old) => ({ ...old, problem }));
      }
    });
  }, [graph, direction, collapsed]);
  return state;
}
