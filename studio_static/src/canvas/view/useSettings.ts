/** How a person looks at a workflow: direction, what is folded, error paths. Remembered in the browser. */
import { useCallback, useEffect, useState } from "react";
import { containersOf, type Graph, type StatePointer } from "../../asl";
import type { Direction } from "../layout/types";
import { foldable } from "./containers";
import { type ErrorPaths, keepView, readView } from "./view";

export interface Settings {
  readonly direction: Direction;
  readonly collapsed: ReadonlySet<string>;
  readonly errorPaths: ErrorPaths;
}

/** From so many states on containers open folded, but for those around what is to be seen. */
const MANY = 400;

export function useSettings(
  viewKey: string | undefined,
  graph: Graph,
  seen: readonly StatePointer[],
): [Settings, (change: Partial<Settings>) => void] {
  const [settings, setSettings] = useState<Settings>(() => {
    const view = readView(viewKey);
    return {
      direction: view.direction ?? "down",
      collapsed: new Set(view.collapsed ?? (statesIn(graph) > MANY ? foldedAtFirst(graph, seen) : [])),
      errorPaths: view.errorPaths ?? "always",
    };
  });
  useEffect(() => keepView(viewKey, { ...settings, collapsed: [...settings.collapsed] }), [viewKey, settings]);
  const change = useCallback((part: Partial<Settings>) => setSettings((last) => ({ ...last, ...part })), []);
  return [settings, change];
}

function foldedAtFirst(graph: Graph, seen: readonly StatePointer[]): StatePointer[] {
  const open = new Set(seen.flatMap(containersOf));
  return foldable(graph).filter((container) => !open.has(container));
}

const statesIn = (graph: Graph): number => graph.scopes.find((scope) => scope.owner === null)?.size ?? 0;
