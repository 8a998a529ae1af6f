/** How a person looks at a workflow: direction, what is folded, error paths. Remembered in the browser. */
import { useCallback, useEffect, useState } from "react";
import type { Direction } from "../layout/types";
import { type ErrorPaths, keepView, readView } from "./view";

export interface Settings {
  readonly direction: Direction;
  readonly collapsed: ReadonlySet<string>;
  readonly errorPaths: ErrorPaths;
}

export function useSettings(viewKey: string | undefined): [Settings, (change: Partial<Settings>) => void] {
  const [settings, setSettings] = useState<Settings>(() => {
    const view = readView(viewKey);
    return {
      direction: view.direction ?? "down",
      collapsed: new Set(view.collapsed ?? []),
      errorPaths: view.errorPaths ?? "always",
    };
  });
  useEffect(() => keepView(viewKey, { ...settings, collapsed: [...settings.collapsed] }), [viewKey, settings]);
  const change = useCallback((part: Partial<Settings>) => setSettings((last) => ({ ...last, ...part })), []);
  return [settings, change];
}
