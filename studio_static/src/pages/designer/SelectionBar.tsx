/** What can be done with several states at once: the one toolbar of a selection, above the canvas and never over cards. */
import type { StatePointer } from "../../asl";
import type { CanvasCommand, Wrapping } from "../../canvas/commands";
import { select } from "./store";

const WAYS: readonly { kind: Wrapping; label: string; title: string }[] = [
  { kind: "parallel", label: "Wrap in Parallel", title: "All of them are one branch of a Parallel" },
  { kind: "side by side", label: "Side by side", title: "Each of a chain becomes a branch of its own" },
  { kind: "map", label: "Wrap in Map", title: "They run for each item of a list" },
  { kind: "retry", label: "Add retry", title: "Again after 2, 4 and 8 seconds" },
];

interface SelectionBarProps {
  selection: readonly StatePointer[];
  onCommand: (command: CanvasCommand) => void;
}

export function SelectionBar({ selection: states, onCommand }: SelectionBarProps) {
  return (
    <div className="row wraps" role="toolbar" aria-label={`${states.length} states selected`}>
      <b className="tabular size-13">{states.length} selected</b>
      <button type="button" aria-label="Clear the selection" title="Esc" onClick={() => select([])}>
        ×
      </button>
      {WAYS.map(({ kind, label, title }) => (
        <button key={kind} type="button" title={title} onClick={() => onCommand({ kind: "wrap", states, in: kind })}>
          {label}
        </button>
      ))}
      <button type="button" title="Ctrl D" onClick={() => onCommand({ kind: "duplicate", states })}>
        Duplicate
      </button>
      <button type="button" className="bad" title="Del" onClick={() => onCommand({ kind: "remove", states })}>
        Remove
      </button>
    </div>
  );
}
