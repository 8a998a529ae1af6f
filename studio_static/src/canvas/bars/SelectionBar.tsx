/** What can be done with several states at once. */
import type { StatePointer } from "../../asl";
import type { CanvasCommand } from "../commands";

interface SelectionBarProps {
  selection: readonly StatePointer[];
  onCommand: (command: CanvasCommand) => void;
  onClear: () => void;
}

export function SelectionBar({ selection, onCommand, onClear }: SelectionBarProps) {
  const states = selection;
  return (
    <div className="floats canvas-bar selection-bar" role="toolbar" aria-label={`${states.length} states selected`}>
      <b className="tabular">{states.length} selected</b>
      <i />
      <button
        type="button"
        title="All of them are one branch of a Parallel"
        onClick={() => onCommand({ kind: "wrap", states, in: "parallel" })}
      >
        Wrap in Parallel
      </button>
      <button
        type="button"
        title="Each of a chain becomes a branch of its own"
        onClick={() => onCommand({ kind: "wrap", states, in: "side by side" })}
      >
        Side by side
      </button>
      <button
        type="button"
        title="They run for each item of a list"
        onClick={() => onCommand({ kind: "wrap", states, in: "map" })}
      >
        Wrap in Map
      </button>
      <button type="button" onClick={() => onCommand({ kind: "wrap", states, in: "retry" })}>
        Add retry
      </button>
      <i />
      <button type="button" className="is-danger" onClick={() => onCommand({ kind: "remove", states })}>
        Remove
      </button>
      <button type="button" aria-label="Clear the selection" title="Esc" onClick={onClear}>
        ×
      </button>
    </div>
  );
}
