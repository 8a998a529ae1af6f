/** Undo and redo by name, and the list of steps to go back to. */
import { useState } from "react";
import { redoLabel, undoLabel } from "../../asl";
import { redoEdit, undoEdit, undoSteps, useDesigner } from "./store";

const SHOWN = 12;

export function HistoryBar() {
  const history = useDesigner((state) => state.history);
  const [isOpen, setOpen] = useState(false);
  const back = undoLabel(history);
  const forward = redoLabel(history);
  const steps = history.past.slice(-SHOWN).reverse();
  return (
    <div className="row relative" role="toolbar" aria-label="History">
      <button
        type="button"
        disabled={back === null}
        title={back === null ? "Nothing to undo" : `Undo: ${back} (Ctrl+Z)`}
        onClick={undoEdit}
      >
        Undo
      </button>
      <button
        type="button"
        disabled={forward === null}
        title={forward === null ? "Nothing to redo" : `Redo: ${forward} (Ctrl+Y)`}
        onClick={redoEdit}
      >
        Redo
      </button>
      <button
        type="button"
        className="dz-history-last"
        aria-expanded={isOpen}
        disabled={steps.length === 0}
        aria-label={back === null ? "No edits yet" : `${back}: go back several steps`}
        title="Go back several steps"
        onClick={() => setOpen(!isOpen)}
      >
        <span>{back ?? "No edits yet"}</span>
        <span aria-hidden="true">▾</span>
      </button>
      {isOpen && steps.length > 0 && (
        <ol className="floats plain-list dz-history-list" aria-label="Undo back to">
          {steps.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps are told apart by how far back they are
            <li key={index}>
              <button
                type="button"
                onClick={() => {
                  undoSteps(index + 1);
                  setOpen(false);
                }}
              >
                {`Undo: ${step.label}`}
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
