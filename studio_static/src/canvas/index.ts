/** The canvas: workflows drawn, edited, compared, and with an execution laid over them. */

export { applyCommand, type CanvasCommand } from "./commands";
export { DiffCanvas } from "./DiffCanvas";
export { ExecutionCanvas } from "./ExecutionCanvas";
export type { Note } from "./model";
export { type Overlay, type OverlayStep, overlayOf, pointerOfStep, triedAgain } from "./overlay";
export { WorkflowCanvas } from "./WorkflowCanvas";
