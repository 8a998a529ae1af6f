/** What the children of a Map Run are called and counted by. Pure. */
import type { MapRun } from "../../../api/schema";

/** The uuid at the end of the ARN names a run within its execution. */
export const uuidOf = (arn: string) => arn.slice(arn.lastIndexOf(":") + 1);
export const labelOf = (arn: string) => arn.split("/").at(-1)?.split(":")[0] ?? arn;

export interface Shown {
  readonly id: "failed" | "running" | "succeeded" | "all";
  readonly text: string;
  readonly count: number;
  /** As the API has it; none for all. */
  readonly status: string | null;
}

const FAILURES = "FAILED,TIMED_OUT,ABORTED";

/** What may be looked at of a run, each with its count: what failed comes first. */
export function shownOf({ counts }: MapRun): Shown[] {
  const count = (name: string) => counts[name] ?? 0;
  return [
    { id: "failed", text: "Failures", count: failuresOf(counts), status: FAILURES },
    { id: "running", text: "Running", count: count("running"), status: "RUNNING,PAUSED" },
    { id: "succeeded", text: "Succeeded", count: count("succeeded"), status: "SUCCEEDED" },
    { id: "all", text: "All", count: count("total"), status: null },
  ];
}

/** What is looked at first: failures, else what runs, else all. */
export function firstShown(shown: readonly Shown[]): Shown["id"] {
  return shown.find(({ id, count }) => (id === "failed" || id === "running") && count > 0)?.id ?? "all";
}

/** For the card of the Map: how many children, and how many of them failed. */
export function childrenOfRun(run: MapRun | undefined): { visits: number; failed: number } | null {
  return run === undefined ? null : { visits: run.counts.total ?? 0, failed: failuresOf(run.counts) };
}

const failuresOf = (counts: MapRun["counts"]) => (counts.failed ?? 0) + (counts.timed_out ?? 0) + (counts.aborted ?? 0);
