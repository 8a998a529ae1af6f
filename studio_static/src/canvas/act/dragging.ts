/** What a palette or a tray puts on a drag, and what the canvas reads from a drop. */
import type { Fragment, StatePointer } from "../../asl";

const STEP = "application/x-automate-step";
const STATE = "application/x-automate-state";

type Dragged = { readonly fragment: Fragment } | { readonly state: StatePointer };

/** For `onDragStart` of a palette item ({fragment}) or of a card in the tray ({state}). */
export function putDragged(transfer: DataTransfer, dragged: Dragged): void {
  if ("fragment" in dragged) transfer.setData(STEP, JSON.stringify(dragged.fragment));
  else transfer.setData(STATE, dragged.state);
  transfer.effectAllowed = "copyMove";
}

/** Whether a drag over the canvas is one of ours; its data cannot be read before the drop. */
export const isDragged = (transfer: DataTransfer): boolean =>
  transfer.types.includes(STEP) || transfer.types.includes(STATE);

export function takeDragged(transfer: DataTransfer): Dragged | null {
  const step = transfer.getData(STEP);
  if (step !== "") return { fragment: JSON.parse(step) as Fragment };
  const state = transfer.getData(STATE);
  return state === "" ? null : { state };
}
