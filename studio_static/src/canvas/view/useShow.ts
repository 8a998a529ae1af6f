/** What the page selects comes into sight, unfolding what it is in. */
import { useCallback, useEffect, useRef } from "react";
import type { StatePointer } from "../../asl";
import type { Selection } from "../act/useSelection";
import type { Layout, Rect } from "../layout/types";
import { foldedAround } from "./containers";
import type { Camera } from "./useCamera";
import type { Settings } from "./useSettings";

/** Shows a state; itself shows the selected one, of several the first, whenever that was not chosen on the canvas. */
export function useShow(
  layout: Layout,
  camera: Camera,
  selection: Selection,
  { collapsed }: Settings,
  changeSettings: (change: Partial<Settings>) => void,
): (state: StatePointer) => void {
  const show = useCallback(
    (state: StatePointer) => {
      const folded = foldedAround(state, collapsed);
      if (folded.length > 0)
        changeSettings({ collapsed: new Set([...collapsed].filter((owner) => !folded.includes(owner))) });
      const rect = layout.nodes.get(state);
      if (rect !== undefined) camera.show(headOf(rect, layout.panels.has(state)));
    },
    [collapsed, changeSettings, layout, camera],
  );
  useShown(selection, layout, show);
  return show;
}

/** Of an open container, what must be seen to see it: its row. */
const headOf = (rect: Rect, open: boolean): Rect => (open ? { ...rect, height: Math.min(rect.height, 160) } : rect);

function useShown(selection: Selection, layout: Layout, show: (state: StatePointer) => void): void {
  const first = selection.states[0] ?? null;
  const shown = useRef<StatePointer | null>(first);
  const { chosenHere } = selection;
  useEffect(() => {
    if (first === shown.current) return;
    if (chosenHere(first) || first === null) {
      shown.current = first;
      return;
    }
    const isFolded = !layout.nodes.has(first);
    show(first);
    // A state that is in no layout yet is shown when it is: by then this runs again.
    if (!isFolded) shown.current = first;
  }, [first, layout, show, chosenHere]);
}
