/** What is wrong with the selected state, above its form. */

import type { StatePointer } from "../../../asl";
import { Fixes } from "../problems/Fixes";
import { Sign } from "../problems/Sign";
import type { Slot } from "../slots";
import { useDesigner } from "../store";

export function StateProblems({ pointer, ask }: { pointer: StatePointer; ask: Slot["ask"] }) {
  const all = useDesigner((state) => state.problems);
  const problems = all.filter((problem) => problem.state === pointer);
  if (problems.length === 0) return null;
  return (
    <ul className="plain-list dz-state-problems firm size-13 scrolls ruled on-panel">
      {problems.map((problem) => (
        <li key={problem.id} className={`dz-is-${problem.severity}`}>
          <Sign of={problem.severity} />
          <span>
            {problem.message} <Fixes problem={problem} ask={problem.severity === "error" ? ask : null} />
          </span>
        </li>
      ))}
    </ul>
  );
}
