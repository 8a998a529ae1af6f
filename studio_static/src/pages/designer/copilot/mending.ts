/** An execution that did not succeed, as a request to the copilot. Pure. */
import type { Execution, Step } from "../../../api/schema";
import { indexOf, stepToOpen } from "../../executions/steps";
import { plainMessage } from "../../executions/words";

const VERBS: Readonly<Record<string, string>> = { TIMED_OUT: "timed out", ABORTED: "was stopped" };
/** Of an error's message: the copilot reads the whole in the execution. */
const LONGEST_MESSAGE = 600;

/** An execution's own name: its id begins with the workflow's. */
export const nameOfExecution = (id: string): string => id.slice(id.indexOf(":") + 1);

type Failed = Pick<Execution, "id" | "status" | "error" | "cause">;

/** `The execution one failed at Charge with “Declined: no money”. What must change?` */
export function mendingWords(execution: Failed, steps: readonly Step[]): string {
  const step = stepToOpen(indexOf(steps));
  const said = [execution.error, plainMessage(execution.cause)].filter(Boolean).join(": ");
  return [
    `The execution ${nameOfExecution(execution.id)} ${VERBS[execution.status] ?? "failed"}`,
    step === null ? "" : ` at ${step.name}`,
    // In quotation marks it stays one clause of the request.
    said === "" ? "" : ` with “${inQuotes(said)}”`,
    ". What must change?",
  ].join("");
}

function inQuotes(text: string): string {
  const line = text.trim().replace(/\s+/g, " ").replace(/[“”]/g, "'").replace(/[.!]$/, "");
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE).trimEnd()} …` : line;
}
