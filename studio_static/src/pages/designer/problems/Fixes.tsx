/** What can be done about a problem: its fixes, and the copilot's. */
import { TextButton } from "../forms/controls";
import type { Slot } from "../slots";
import { definitionOf, editDefinition, pauseTyping, useDesigner } from "../store";
import type { Problem } from "./problems";

export function Fixes({ problem, ask }: { problem: Problem; ask: Slot["ask"] | null }) {
  return (
    <>
      {problem.fixes.map((fix) => (
        <TextButton
          tone="accent"
          key={fix.label}
          onClick={() => {
            pauseTyping();
            editDefinition(`Fix: ${fix.label}`, fix.apply(definitionOf(useDesigner.getState())));
          }}
        >
          {fix.label}
        </TextButton>
      ))}
      {ask !== null && (
        <TextButton tone="copilot" onClick={() => ask({ kind: "fix", problem })}>
          Ask the copilot
        </TextButton>
      )}
    </>
  );
}
