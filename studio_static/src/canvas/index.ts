/** The canvas: workflows drawn, edited, compared, and with an execution laid over them. */

export { putDragged } from "./act/dragging";
export type { MenuItem } from "./bars/CardMenu";
export { applyCommand, type CanvasCommand, type ScreenPoint } from "./commands";
export { DiffCanvas } from "./DiffCanvas";
export { type Change, changeCounts, diffGraph, type GraphDiff } from "./diff";
export { IconShape, StateIcon } from "./draw/icons";
export { notesOf, withNotes } from "./draw/notes";
export { StepList } from "./draw/StepList";
export { ExecutionCanvas } from "./ExecutionCanvas";
export type { EdgeMarks, Mark, Marks, Note } from "./model";
export {
  type Overlay,
  type OverlayStep,
  overlayOf,
  pointerOfStep,
  type StateOverlay,
  triedAgain,
} from "./overlay";
export type { CanvasHandle, WorkflowCanvasProps } from "./props";
export { WorkflowCanvas } from "./WorkflowCanvas";
