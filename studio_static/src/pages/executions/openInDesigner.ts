/** From an execution to its workflow's draft: at the step that was looked at, with the input that it had. */
import type { Execution } from "../../api/schema";
import { go, workflowHref } from "../../app/links";
import type { Json } from "../../asl";
import { tooLarge } from "../../ui/json";
import { setTests } from "../designer/test/useTests";
import { isRedrivable } from "./redrive";

/** Whether its input is here, and fits into an editor. */
export const isShown = (execution: Execution): boolean => !execution.hidden && tooLarge(execution.input) === null;

/** The address of the draft's tab Test, with `step` selected where the draft has it. */
export const designerHref = ({ workflow }: Execution, step: string | null): string =>
  `${workflowHref(workflow)}?${new URLSearchParams({ tab: "test", ...(step === null ? {} : { state: step }) })}`;

/** Goes there. What can go on once it is mended is remembered, as is its input: publishing leads back to it. */
export function openInDesigner(execution: Execution, step: string | null): void {
  remember(execution);
  go(designerHref(execution, step));
}

/** Goes to the copilot of its workflow's draft, with a request about it; `step` is selected there. */
export function mendWithCopilot(execution: Execution, step: string | null): void {
  remember(execution);
  const query = new URLSearchParams({ mend: execution.id, ...(step === null ? {} : { state: step }) });
  go(`${workflowHref(execution.workflow)}?${query}`);
}

function remember(execution: Execution): void {
  const input = isShown(execution) ? { input: execution.input as Json } : {};
  setTests(execution.workflow, { mode: "all", mends: isRedrivable(execution) ? execution.id : null, ...input });
}
