/** Several states are selected: what can be done with them together. */

import { nameOf, type StatePointer } from "../../../asl";
import type { CanvasCommand, Wrapping } from "../../../canvas/commands";
import { AddButton } from "../forms/controls";
import { runCommand } from "../store";

type Act = readonly [label: string, hint: string, command: (states: readonly StatePointer[]) => CanvasCommand];

const wrap = (kind: Wrapping) => (states: readonly StatePointer[]) => ({ kind: "wrap", states, in: kind }) as const;

const ACTS: readonly Act[] = [
  ["Wrap in a Parallel", "One branch that runs them in their order.", wrap("parallel")],
  ["Run side by side", "A branch of its own for each of them.", wrap("side by side")],
  ["Wrap in a Map", "They run once for each item of a list.", wrap("map")],
  ["Add a retry", "Again after 2, 4 and 8 seconds.", wrap("retry")],
  ["Duplicate", "", (states) => ({ kind: "duplicate", states })],
  ["Remove", "", (states) => ({ kind: "remove", states })],
];

export function Several({ selection }: { selection: readonly StatePointer[] }) {
  return (
    <div className="dz-nothing">
      <h2>{`${selection.length} states`}</h2>
      <p>{selection.map(nameOf).join(", ")}</p>
      {ACTS.map(([label, hint, command]) => (
        <div key={label} className="dz-act row gap-10">
          <AddButton onClick={() => runCommand(command(selection))}>{label}</AddButton>
          {hint !== "" && <span className="dz-quiet">{hint}</span>}
        </div>
      ))}
    </div>
  );
}
