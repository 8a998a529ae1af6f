/** Several states are selected: which. What can be done with them together stands above the canvas. */
import { nameOf, type StatePointer } from "../../../asl";

export function Several({ selection }: { selection: readonly StatePointer[] }) {
  return (
    <div className="dz-nothing">
      <h2>{`${selection.length} states`}</h2>
      <p>{selection.map(nameOf).join(", ")}</p>
      <p className="dz-quiet">What can be done with them together stands above the canvas.</p>
    </div>
  );
}
