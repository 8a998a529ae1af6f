/** The canvas: workflows drawn, edited, compared, and with an execution laid over them. */
export type { MenuItem } from "./CardMenu";
export { applyCommand, type CanvasCommand, type ScreenPoint } from "./commands";
export { DiffCanvas } from "./DiffCanvas";
export { type Change, changeCounts, diffGraph, type GraphDiff } from "./diff";
export { putDragged } from "./dragging";
export { ExecutionCanvas } from "./ExecutionCanvas";
export { IconShape, StateIcon } from "./icons";
export type { EdgeMarks, Mark, Marks, Note } from "./model";
export { notesOf, withNotes } from "./notes";
export {
  type Overlay,
  type OverlayStep,
  overlayOf,
  pointerOfStep,
  type StateOverlay,
  secondsText,
  triedAgain,
} from "./overlay";
export type { CanvasHandle, WorkflowCanvasProps } from "./props";
export { StepList } from "./StepList";
export { WorkflowCanvas } from "./WorkflowCanvas";
