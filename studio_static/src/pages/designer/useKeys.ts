/** The page's keys, beside the canvas' own: save, undo and redo from anywhere, the palette, publish, start, back. */
import { useEffect } from "react";
import { focusCanvas } from "./focus";
import type { Opened } from "./slots";
import { redoEdit, saveNow, undoEdit, useDesigner } from "./store";

export function useKeys(open: (dialog: Opened) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isOver(event.target)) return;
      const key = event.key.toLowerCase();
      const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
      if (isCommand && key === "s") {
        event.preventDefault();
        void saveNow();
      } else if (isCommand && event.shiftKey && key === "p") {
        event.preventDefault();
        open("publish");
      } else if (isCommand && !isEditing(event.target) && (key === "z" || key === "y")) {
        event.preventDefault();
        if (key === "y" || event.shiftKey) redoEdit();
        else undoEdit();
      } else if (isCommand && key === "enter") {
        event.preventDefault();
        open(useDesigner.getState().activeVersion === null ? "publish" : "start");
      } else if (key === "escape" && !isOnCanvas(event.target)) {
        focusCanvas();
      } else if (event.key === "/" && !isCommand && !isEditing(event.target)) {
        event.preventDefault();
        findStep();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [open]);
}

/** In a dialog over the designer: its keys are its own. */
const isOver = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("[role=dialog], dialog") !== null;

const isOnCanvas = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(".canvas") !== null;

/** A code editor has a history of its own; plain inputs leave undo to the page's history, which knows their steps. */
function isEditing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null;
}

/** The palette's search, unfolded first where it is folded. */
function findStep(): void {
  const field = () => document.querySelector<HTMLInputElement>("#dz-find");
  if (field() === null) {
    document.querySelector<HTMLButtonElement>(".dz-left-folded .dz-fold")?.click();
    window.requestAnimationFrame(() => field()?.focus());
  } else field()?.focus();
}
