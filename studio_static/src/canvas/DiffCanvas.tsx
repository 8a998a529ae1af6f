/** Two definitions as one drawing: what is new, what is gone, what says something else. Read only. */
import { useMemo } from "react";
import type { Definition, ResourceNames, StatePointer } from "../asl";
import { type Change, changeCounts, diffGraph } from "./diff";
import { WorkflowCanvas } from "./WorkflowCanvas";

interface DiffCanvasProps {
  before: Definition;
  after: Definition;
  names?: ResourceNames;
  label?: string;
  /** The states to point out. */
  selection?: readonly StatePointer[];
}

const WORDS: Readonly<Record<Change, string>> = { added: "added", changed: "changed", removed: "removed" };

export function DiffCanvas({ before, after, names, label = "Changes", selection }: DiffCanvasProps) {
  const diff = useMemo(() => diffGraph(before, after, names), [before, after, names]);
  const counts = useMemo(() => changeCounts(diff), [diff]);
  const openAt = useMemo(() => firstChange(diff.states), [diff]);
  const some = counts.added + counts.changed + counts.removed + counts.lines > 0;
  return (
    <div className="diff-canvas stack wide">
      <p className="diff-legend row wraps gap-8 flush" role="status">
        {!some && "Both draw the same."}
        {(["added", "changed", "removed"] as const).map((change) =>
          counts[change] === 0 ? null : (
            <span key={change} className={`change is-${change}`}>
              {counts[change]} {WORDS[change]}
            </span>
          ),
        )}
        {counts.lines > 0 && (
          <span className="dim">
            {counts.lines} line{counts.lines === 1 ? "" : "s"} lead{counts.lines === 1 ? "s" : ""} elsewhere
          </span>
        )}
      </p>
      <WorkflowCanvas
        definition={after}
        diff={diff}
        names={names}
        label={label}
        openAt={openAt}
        bare
        {...(selection === undefined ? {} : { selection })}
      />
    </div>
  );
}

function firstChange(states: Readonly<Record<StatePointer, Change>>): StatePointer | null {
  return Object.keys(states)[0] ?? null;
}
