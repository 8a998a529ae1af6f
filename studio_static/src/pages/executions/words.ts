/** What went wrong, and where things stand, in plain sentences. Pure. */
import type { AwaitedCall, Step } from "../../api/schema";
import type { Clock } from "../../app/preferences";
import type { ErrorName } from "../../facts";
import { formatDuration, formatTime } from "../../ui/time";

/** What the language's own errors mean, for who has not learnt their names. */
const MEANINGS: Readonly<Partial<Record<ErrorName, string>>> = {
  "States.Timeout": "It took longer than its time limit.",
  "States.HeartbeatTimeout": "Whoever works on it gave no sign of life within the heartbeat interval.",
  "States.TaskFailed": "The task failed.",
  "States.Permissions": "It is not allowed to do that: a permission is missing.",
  "States.NoChoiceMatched": "No rule held, and there is no otherwise.",
  "States.QueryEvaluationError": "An expression could not be evaluated.",
  "States.ParameterPathFailure": "A path in its parameters leads to nothing in its input.",
  "States.ResultPathMatchFailure": "Its result could not be put into its input at ResultPath.",
  "States.IntrinsicFailure": "An intrinsic function could not be evaluated.",
  "States.BranchFailed": "One of its branches failed.",
  "States.ExceedToleratedFailureThreshold": "More of its items failed than are tolerated.",
  "States.ItemReaderFailed": "The items could not be read.",
  "States.ResultWriterFailed": "The results could not be written.",
  "States.DataLimitExceeded": "A value is larger than an execution may carry.",
  "States.Runtime": "The definition asks for something that cannot be done.",
};

/** The meaning of an error's name; null for a connector's own. */
export function meaningOf(error: string | null): string | null {
  return error === null ? null : (MEANINGS[error as ErrorName] ?? null);
}

/** "Failed after 2 attempts, in 3.01 s." `took` is in seconds; `since` counts the attempts since a redrive. */
export function attemptsSentence(step: Step, took: number | null, since: number | null = null): string {
  const verb =
    step.status === "TIMED_OUT" ? "Timed out" : step.status === "CAUGHT" ? "Failed and was caught" : "Failed";
  const count = step.attempts.length;
  const tries = count > 1 ? ` after ${count} attempts` : "";
  const again = since === null ? "" : `, ${since} of them since it was redriven`;
  return `${verb}${tries}${again}${took === null ? "" : `, in ${formatDuration(took)}`}.`;
}

/** The JSON that a message carries at its end, taken apart for people: `answered 400: {"error": {"message": …}}`. */
export function plainMessage(cause: string | null): string | null {
  if (cause === null) return null;
  const at = cause.indexOf("{");
  if (at < 0) return cause.trim();
  const inner = messageIn(cause.slice(at));
  return inner === null ? cause.trim() : `${cause.slice(0, at).trim()} ${inner}`.trim();
}

/** A message in a JSON text, wherever services put it. */
function messageIn(text: string): string | null {
  try {
    let value: unknown = JSON.parse(text);
    for (let depth = 0; depth < 3 && typeof value === "object" && value !== null; depth += 1) {
      const found = value as Record<string, unknown>;
      value = found.errorMessage ?? found.message ?? found.detail ?? found.error;
    }
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

/** One sentence for a step that has not ended. */
export function standingSentence(step: Step): string | null {
  if (step.status === "WAITING") {
    const wait = step.waits.at(-1);
    if (wait?.why === "callback") return "Waits for an answer from outside.";
    if (wait?.why === "retry") return "Waits until it tries again.";
    return "Waits for its time.";
  }
  if (step.status === "RETRYING") {
    return `Attempt ${step.attempts.length} failed${step.error ? ` with ${step.error}` : ""}; it tries again.`;
  }
  if (step.status === "RUNNING") return "Is under way.";
  if (step.status === "ABORTED") return "Was ended from outside: something beside it failed, or it was stopped.";
  return null;
}

/** Who answers a step that waits for an answer from outside; null where it waits for none, or a worker polls for it. */
export function answeredBy(step: Step): "people" | "token" | null {
  if (step.status !== "WAITING" || step.waits.at(-1)?.why !== "callback") return null;
  if (!step.resource?.endsWith(".waitForTaskToken")) return null;
  return step.resource.startsWith("connector:approval:") ? "people" : "token";
}

/** One sentence for a step that a redrive has not begun again: its call of before may still be under way. */
export function awaitedSentence(step: Step, calls: readonly AwaitedCall[], clock: Clock): string | null {
  const call = calls.find((each) => each.state === step.name);
  if (call === undefined || (step.status !== "ABORTED" && step.status !== "RUNNING")) return null;
  const at = call.until === null ? "" : `, at ${formatTime(call.until, clock)} at the latest`;
  return `Waits for its call of before the redrive, which may still be under way. It is made again once that is answered${at}.`;
}

/** What a redriven execution waits for before it goes on; null where it waits for nothing of before. */
export function awaitedFact(calls: readonly AwaitedCall[], clock: Clock): string | null {
  if (calls.length === 0) return null;
  const names = calls.map((call) => call.state).join(", ");
  const ends = calls.map((call) => call.until).filter((until) => until !== null);
  const last = ends.length < calls.length ? null : ends.sort().at(-1);
  const at = last ? `, until ${formatTime(last, clock)} at the latest` : "";
  return `Waits for the call of before the redrive: ${names}${at}`;
}

export function secondsBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
}

/** The page of the audit log that lists what GET /audit would: its own words for the same parameters. */
export function auditSearch(query: Readonly<Record<string, string>>): string {
  const names: Record<string, string> = { from: "since", to: "until", action: "act" };
  const given = Object.entries(query).map(([name, value]): [string, string] => [names[name] ?? name, value]);
  return new URLSearchParams(given).toString();
}
