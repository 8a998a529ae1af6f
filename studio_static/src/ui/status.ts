/** Every status of an execution or a step: its word, its tone and its mark. */
import type { ExecutionStatus, StepStatus } from "../facts";

export type Tone = "ok" | "bad" | "warn" | "running" | "idle";
export type Mark = "check" | "cross" | "clock" | "square" | "pause" | "dots" | "retry" | "hourglass" | "caught";

export interface StatusLook {
  word: string;
  tone: Tone;
  mark: Mark;
}

const LOOKS: Readonly<Record<ExecutionStatus | StepStatus, StatusLook>> = {
  SUCCEEDED: { word: "Succeeded", tone: "ok", mark: "check" },
  FAILED: { word: "Failed", tone: "bad", mark: "cross" },
  TIMED_OUT: { word: "Timed out", tone: "warn", mark: "clock" },
  ABORTED: { word: "Stopped", tone: "idle", mark: "square" },
  PAUSED: { word: "Paused", tone: "warn", mark: "pause" },
  RUNNING: { word: "Running", tone: "running", mark: "dots" },
  WAITING: { word: "Waiting", tone: "running", mark: "hourglass" },
  RETRYING: { word: "Retrying", tone: "warn", mark: "retry" },
  CAUGHT: { word: "Caught", tone: "warn", mark: "caught" },
};

/** How a status looks; one that is not known is shown by its own name. */
export function statusLook(status: string): StatusLook {
  return (
    LOOKS[status as ExecutionStatus] ?? {
      word: status.charAt(0) + status.slice(1).toLowerCase().replaceAll("_", " "),
      tone: "idle",
      mark: "dots",
    }
  );
}
