/** Every status of an execution, a step, a trigger or a delivery: its word, its tone and its mark. */
import type { ExecutionStatus, StepStatus } from "../facts";

export type Tone = "ok" | "bad" | "warn" | "running" | "idle";
export type Mark = "check" | "cross" | "clock" | "square" | "pause" | "dots" | "retry" | "hourglass" | "caught";

export interface StatusLook {
  word: string;
  tone: Tone;
  mark: Mark;
}

/** How a trigger stands, and what came of a delivery. */
export type TriggerStatus =
  | "LISTENING"
  | "PAUSED"
  | "SWITCHED_OFF"
  | "OVER"
  | "LINKS_CLOSED"
  | "STARTED"
  | "NOT_MATCHED"
  | "REFUSED";

const LOOKS: Readonly<Record<ExecutionStatus | StepStatus | TriggerStatus, StatusLook>> = {
  SUCCEEDED: { word: "Succeeded", tone: "ok", mark: "check" },
  FAILED: { word: "Failed", tone: "bad", mark: "cross" },
  TIMED_OUT: { word: "Timed out", tone: "warn", mark: "clock" },
  ABORTED: { word: "Stopped", tone: "idle", mark: "square" },
  PAUSED: { word: "Paused", tone: "warn", mark: "pause" },
  RUNNING: { word: "Running", tone: "running", mark: "dots" },
  WAITING: { word: "Waiting", tone: "running", mark: "hourglass" },
  RETRYING: { word: "Retrying", tone: "warn", mark: "retry" },
  LISTENING: { word: "Listening", tone: "ok", mark: "check" },
  SWITCHED_OFF: { word: "Switched off", tone: "idle", mark: "square" },
  OVER: { word: "Over", tone: "idle", mark: "square" },
  LINKS_CLOSED: { word: "Links closed", tone: "idle", mark: "square" },
  STARTED: { word: "Started", tone: "ok", mark: "check" },
  NOT_MATCHED: { word: "Not matched", tone: "idle", mark: "square" },
  REFUSED: { word: "Refused", tone: "bad", mark: "cross" },
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
