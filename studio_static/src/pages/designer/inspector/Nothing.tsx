/** Nothing is selected: what the workflow is, and how to go on. */
import { isObject, own } from "../../../asl";
import type { Slot } from "../slots";
import { textOf } from "./useState";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "Find a step to add"],
  ["Arrows", "Walk the flow"],
  ["Enter", "Edit the step"],
  ["F2", "Rename"],
  ["Del", "Remove, and heal the line"],
  ["+", "Insert after"],
  ["R, C", "Add a retry, catch its errors"],
  ["Esc", "Back to the canvas"],
  ["Ctrl C, V", "Copy and paste as ASL"],
  ["Ctrl Z, Y", "Undo, redo"],
  ["Ctrl S", "Save now"],
  ["Ctrl Shift P", "Publish"],
  ["Ctrl Enter", "Start it; in a dialog, do what it asks"],
  ["Ctrl K", "Find anything"],
];

export function Nothing({ slot }: { slot: Slot }) {
  const { document } = slot;
  const tags = own(document, "tags");
  const description = textOf(own(document, "description")) || textOf(own(slot.definition, "Comment"));
  return (
    <div className="dz-nothing">
      <h2>{slot.workflow}</h2>
      <p>{description || "No description yet."}</p>
      {isObject(tags) && Object.keys(tags).length > 0 && (
        <p className="dz-chips row wraps gap-6">
          {Object.entries(tags).map(([key, value]) => (
            <span key={key} className="tag">{`${key}: ${String(value)}`}</span>
          ))}
        </p>
      )}
      <p className="dz-quiet">Click a step to edit it as a form and as JSON.</p>
      <h3>Keys</h3>
      <dl className="dz-keys flush">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
