/** The layout of a graph, kept up with it: while a new one is made, the last one stands. */
import { useEffect, useRef, useState } from "react";
import type { Graph } from "../../asl";
import { workerEngine } from "./elk";
import { layoutGraph } from "./layout";
import type { Direction, Layout } from "./types";

export interface Placed {
  /** The graph that the layout is of; a newer one may be on its way. */
  readonly graph: Graph;
  readonly layout: Layout;
  readonly direction: Direction;
}

interface LayoutState {
  readonly placed: Placed | null;
  /** Why there is none: the worker could not be loaded, for one. */
  readonly problem: string | null;
}

export function useLayout(graph: Graph, direction: Direction, collapsed: ReadonlySet<string>): LayoutState {
  const [state, setState] = useState<LayoutState>({ placed: null, problem: null });
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    layoutGraph(graph, { direction, collapsed }, workerEngine).then(
      (layout) => {
        if (mine === latest.current) setState({ placed: { graph, layout, direction }, problem: null });
      },
      (error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error);
        if (mine === latest.current) setState((last) => ({ placed: last.placed, problem }));
      },
    );
  }, [graph, direction, collapsed]);
  return state;
}
