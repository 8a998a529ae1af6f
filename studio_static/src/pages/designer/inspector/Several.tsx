/** Several states are selected: what can be done with them together. */

import type { Definition, Edited } from "../../../asl";
import {
  addRetry,
  duplicateStates,
  nameOf,
  removeStates,
  type StatePointer,
  wrapInMap,
  wrapInParallel,
} from "../../../asl";
import { AddButton } from "../forms/controls";
import { edit } from "../store";

type Act = readonly [
  label: string,
  hint: string,
  run: (definition: Definition, pointers: readonly StatePointer[]) => Edited,
];

const ACTS: readonly Act[] = [
  [
    "Wrap in a Parallel",
    "One branch that runs them in their order.",
    (all, pointers) => wrapInParallel(all, pointers, "together"),
  ],
  [
    "Run side by side",
    "A branch of its own for each of them.",
    (all, pointers) => wrapInParallel(all, pointers, "side by side"),
  ],
  ["Wrap in a Map", "They run once for each item of a list.", (all, pointers) => wrapInMap(all, pointers)],
  ["Add a retry", "Again after 2, 4 and 8 seconds.", (all, pointers) => addRetry(all, pointers)],
  ["Duplicate", "", (all, pointers) => duplicateStates(all, pointers)],
  ["Remove", "", (all, pointers) => removeStates(all, pointers)],
];

export function Several({ selection }: { selection: readonly StatePointer[] }) {
  return (
    <div className="dz-nothing">
      <h2>{`${selection.length} states`}</h2>
      <p>{selection.map(nameOf).join(", ")}</p>
      {ACTS.map(([label, hint, run]) => (
        <div key={label} className="dz-act">
          <AddButton onClick={() => edit((definition) => run(definition, selection))}>{label}</AddButton>
          {hint !== "" && <span className="dz-quiet">{hint}</span>}
        </div>
      ))}
    </div>
  );
}
