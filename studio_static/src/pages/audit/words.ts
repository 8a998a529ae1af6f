/** The audit log in words: what was done, to what, and what is worth knowing of it. */
import type { AuditEntry } from "../../api/schema";
import { executionHref, href, workflowHref } from "../../app/links";
import type { AuditAct } from "../../facts";

/** The acts of routes, of the engine, and of the server of one machine. */
const ACTS: Readonly<Record<AuditAct | "request.refused", string>> = {
  "workflow.import": "Imported a draft",
  "workflow.save_draft": "Saved the draft",
  "workflow.publish": "Published",
  "workflow.rollback": "Rolled back",
  "workflow.duplicate": "Duplicated",
  "workflow.archive": "Archived",
  "workflow.unarchive": "Took back from the archive",
  "workflow.pause": "Paused",
  "workflow.resume": "Switched on",
  "workflow.test": "Tested with real calls",
  "execution.start": "Started an execution",
  "execution.stop": "Stopped an execution",
  "execution.resume": "Resumed an execution",
  "execution.rerun": "Ran an execution again",
  "execution.redrive": "Redrove an execution",
  "execution.fork": "Forked an execution",
  "actor.erase": "Erased an actor's name",
  "execution.erase": "Erased an execution",
  "execution.reveal": "Revealed sensitive fields",
  "workflow.reveal": "Revealed sensitive fields of a test",
  "task.answer": "Answered a task",
  "approval.answer": "Answered an approval",
  "view.save": "Saved a view of executions",
  "view.delete": "Deleted a view of executions",
  "connection.set": "Set a connection",
  "connection.delete": "Removed a connection",
  "connection.connect": "Connected to a service",
  "secret.set": "Set a secret",
  "secret.rotate": "Rotated a secret",
  "secret.delete": "Deleted a secret",
  "secret.grant": "Granted a secret",
  "secret.revoke": "Revoked a grant of a secret",
  "grant.add": "Granted to an IAM role",
  "grant.remove": "Took from an IAM role",
  "token.add": "Made a token",
  "token.rotate": "Rotated a token",
  "token.retire": "Retired a token's older secret",
  "token.revoke": "Revoked a token",
  "map_run.update": "Changed a Map Run",
  "trigger.link": "Made a link to a form",
  "trigger.pause": "Paused a trigger",
  "trigger.resume": "Switched a trigger on",
  "trigger.replay": "Replayed a delivery",
  "activity.create": "Created an activity",
  "activity.delete": "Deleted an activity",
  "act.refused": "Was refused",
  "request.refused": "Request was refused",
  "engine.started": "Execution started",
  "engine.step_failed": "Step failed",
  "engine.failed": "Execution failed",
  "engine.timed_out": "Execution timed out",
  "engine.aborted": "Execution stopped",
};

/** "Published"; an act that is not known stands as it is. */
export function actWords(act: string): string {
  return ACTS[act as keyof typeof ACTS] ?? act;
}

export const ACT_CHOICES: readonly { value: string; label: string }[] = [
  { value: "", label: "Everything" },
  { value: "workflow.*", label: "Workflows" },
  { value: "execution.*", label: "Executions, by people" },
  { value: "engine.*", label: "Executions, by the engine" },
  { value: "task.*", label: "Answers to tasks" },
  { value: "secret.*", label: "Secrets" },
  { value: "connection.*", label: "Connections" },
  { value: "token.*", label: "Tokens" },
  { value: "trigger.*", label: "Triggers" },
  { value: "grant.*", label: "Grants to IAM roles" },
  { value: "act.refused", label: "What was refused" },
  ...Object.entries(ACTS)
    .filter(([act]) => act !== "act.refused")
    .map(([value, label]) => ({ value, label: `${label} (${value})` })),
];

export interface Subject {
  kind: string;
  name: string;
  /** The page it has, if any. */
  to: string | null;
}

/** "workflow/order_flow" taken apart. */
export function subjectOf(subject: string): Subject {
  const at = subject.indexOf("/");
  const kind = subject.slice(0, at);
  const name = subject.slice(at + 1);
  return { kind, name, to: pageOf(kind, name) };
}

function pageOf(kind: string, name: string): string | null {
  if (kind === "workflow" && name !== "*") return workflowHref(name);
  if (kind === "execution") return executionHref(name);
  if (kind === "secret") return href(`/secrets/?q=${encodeURIComponent(name)}`);
  return null;
}

const FACTS = [
  "version",
  "accepted_failing_cases",
  "state",
  "attempt",
  "error",
  "act",
  "code",
  "answer",
  "backend",
  "starts",
  "running",
  "status",
  "redrives",
  "trigger",
  "outcome",
  "role",
  "executions",
];

/** What is worth knowing of an entry, in a line: "version 3", "Reserve Stock, Stock.Empty". */
export function summaryOf(entry: AuditEntry): string {
  const after = typeof entry.after === "object" && entry.after !== null ? entry.after : {};
  const all: Record<string, unknown> = { ...entry.details, ...after };
  const facts = FACTS.filter((name) => all[name] !== undefined && all[name] !== null).map(
    (name) => `${name.replaceAll("_", " ")} ${all[name]}`,
  );
  if (Array.isArray(all.actors)) facts.push(`no name any more: ${all.actors.join(", ")}`);
  const reason = entry.reason ?? (typeof all.cause === "string" ? all.cause : null);
  if (reason) facts.push(reason.split("\n")[0] ?? "");
  return facts.join(", ");
}
