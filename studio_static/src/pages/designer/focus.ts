/** Where the keyboard's focus goes: into the form of the selected state, or back to its card on the canvas. */
import type { StatePointer } from "../../asl";
import type { CanvasHandle } from "../../canvas/props";
import { onlySelected, useDesigner } from "./store";

let canvas: CanvasHandle | null = null;

/** The canvas says that it is there; null: it is gone. */
export const holdCanvas = (handle: CanvasHandle | null): void => {
  canvas = handle;
};

export const heldCanvas = (): CanvasHandle | null => canvas;

/** To the card of `state`, else of what is selected, else to the one that had it last. */
export function focusCanvas(state: StatePointer | null = null): void {
  const { selection } = useDesigner.getState();
  canvas?.focus(state ?? onlySelected(useDesigner.getState()) ?? selection[0] ?? null);
}

const FIELDS = ":is(input, select, textarea, [contenteditable=true]):not(details:not([open]) *, :disabled)";

/** To the first field of the form, which is drawn: an action's inputs come before the action itself. */
export function focusForm(): void {
  const form = document.querySelector(".dz-inspector-form");
  const field =
    form?.querySelector<HTMLElement>(`[aria-label="Inputs"] ${FIELDS}`) ??
    form?.querySelector<HTMLElement>(FIELDS) ??
    document.querySelector<HTMLElement>(`.dz-inspector-json ${FIELDS}, .dz-name`);
  field?.focus();
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.select();
}
