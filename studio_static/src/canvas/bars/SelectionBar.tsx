/** What can be done with several states at once. */
import type { StatePointer } from "../../asl";
import type { CanvasCommand } from "../commands";

const WAYS = [
  { kind: "parallel", label: "Wrap in Parallel", title: "All of them are one branch of a Parallel" },
  { kind: "side by side", label: "Side by side", title: "Each of a chain becomes a branch of its own" },
  { kind: "map", label: "Wrap in Map", title: "They run for each item of a list" },
  { kind: "retry", label: "Add retry", title: undefined },
] as const;

interface SelectionBarProps {
  selection: readonly StatePointer[];
  onCommand: (command: CanvasCommand) => void;
  onClear: () => void;
}

export function SelectionBar({ selection: states, onCommand, onClear }: SelectionBarProps) {
  return (
    <div className="floats canvas-bar selection-bar" role="toolbar" aria-label={`${states.length} states selected`}>
      <b className="tabular">{states.length} selected</b>
      <i />
      {WAYS.map(({ kind, label, title }) => (
        <button key={kind} type="button" title={title} onClick={() => onCommand({ kind: "wrap", states, in: kind })}>
          {label}
        </button>
      ))}
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
