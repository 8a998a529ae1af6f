/** Where the keyboard's focus goes: into the form of the selected state, or back to its card on the canvas. */
import { flushSync } from "react-dom";
import { type StatePointer, tokensOf } from "../../asl";
import type { CanvasHandle } from "../../canvas/props";
import type { Tab } from "./slots";
import { onlySelected, select, useDesigner } from "./store";

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

/** The cards of a form by the list that they are of: the second of Choices is "Rule 2". */
const CARDS: Readonly<Record<string, string>> = { Choices: "Rule", Retry: "Retry", Catch: "Catch" };

/** The part of a form that is about `at`: its deepest name that has one. */
function placeIn(form: Element, at: string): Element | null {
  const [list = "", index, ...rest] = tokensOf(at);
  const card = CARDS[list];
  const names = card === undefined ? [list, index, ...rest] : [`${card} ${Number(index ?? 0) + 1}`];
  const marked = (name = ""): Element | null => form.querySelector(`[data-at="${CSS.escape(name)}"]`);
  return names.reduceRight<Element | null>((found, name) => found ?? marked(name), null);
}

/**
 * To the field that `at` leads to, a pointer within the state; else to the first of the form, which is drawn: an action's
 * inputs come before the action itself.
 */
export function focusForm(at = ""): void {
  const form = document.querySelector(".dz-inspector-form");
  const place = form === null ? null : placeIn(form, at);
  for (let part = place?.closest("details"); part; part = part.parentElement?.closest("details")) part.open = true;
  const field =
    place?.querySelector<HTMLElement>(FIELDS) ??
    place?.querySelector<HTMLElement>("button") ??
    form?.querySelector<HTMLElement>(`[aria-label="Inputs"] ${FIELDS}`) ??
    form?.querySelector<HTMLElement>(FIELDS) ??
    document.querySelector<HTMLElement>(`.dz-inspector-json ${FIELDS}, .dz-name`);
  field?.focus();
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.select();
}

/** Edit a state, at `at` where that leads to a field. It is drawn at once, for whoever types on. */
export function openForm(state: StatePointer, show: (tab: Tab) => void, at = ""): void {
  flushSync(() => {
    select([state]);
    show("design");
  });
  focusForm(at);
}
