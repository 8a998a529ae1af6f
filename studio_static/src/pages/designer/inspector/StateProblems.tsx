/** What is wrong with the selected state, above its form. */

import type { StatePointer } from "../../../asl";
import { TextButton } from "../forms/controls";
import { SIGNS } from "../problems/signs";
import type { Slot } from "../slots";
import { definitionOf, editDefinition, useDesigner } from "../store";

export function StateProblems({ pointer, ask }: { pointer: StatePointer; ask: Slot["ask"] }) {
  const all = useDesigner((state) => state.problems);
  const problems = all.filter((problem) => problem.state === pointer);
  if (problems.length === 0) return null;
  return (
    <ul className="dz-state-problems">
      {problems.map((problem) => (
        <li key={problem.id} className={`dz-is-${problem.severity}`}>
          <span className="dz-sign" aria-hidden="true">
            {SIGNS[problem.severity]}
          </span>
          <span>
            {problem.message}{" "}
            {problem.fixes.map((fix) => (
              <TextButton
                tone="accent"
                key={fix.label}
                onClick={() => editDefinition(`Fix: ${fix.label}`, fix.apply(definitionOf(useDesigner.getState())))}
              >
                {fix.label}
              </TextButton>
            ))}
            {problem.severity === "error" && (
              <TextButton tone="copilot" onClick={() => ask({ kind: "fix", problem })}>
                Ask the copilot
              </TextButton>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
