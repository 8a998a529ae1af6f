/**
 * When an execution that was redriven had ended and did not go on yet. No step says so: it is where the last that went on
 * had ended badly, and nothing follows for a while. Pure; moments are milliseconds.
 */
import type { Step } from "../../api/schema";
import { isBad, type StepIndex, stepsIn } from "./steps";

export interface Rest {
  readonly start: number;
  readonly end: number;
}

interface Busy extends Rest {
  /** Nothing follows of itself. */
  readonly badly: boolean;
}

const NEVER = Number.MAX_SAFE_INTEGER;

/** At most `redrives` of them, in their order. While it runs (`isOpen`) the last one may not have ended: it ends never. */
export function restsOf(index: StepIndex, redrives: number, isOpen: boolean): Rest[] {
  if (redrives === 0) return [];
  const busy = [...index.byId.values()].flatMap((step) => busyOf(index, step));
  busy.sort((one, two) => one.start - two.start);
  const found: Rest[] = [];
  let [reached, badly] = [busy[0]?.start ?? 0, false];
  for (const each of busy) {
    if (each.start > reached && badly) found.push({ start: reached, end: each.start });
    if (each.end > reached) [reached, badly] = [each.end, each.badly];
    else if (each.end === reached) badly ||= each.badly;
  }
  if (isOpen && badly && reached < NEVER) found.push({ start: reached, end: NEVER });
  const longest = found.sort((one, two) => lengthOf(two) - lengthOf(one)).slice(0, redrives);
  return longest.sort((one, two) => one.start - two.start);
}

/** When something was done for a step, or waited for. What is inside a Parallel or a Map speaks for it. */
function busyOf(index: StepIndex, step: Step): Busy[] {
  const span = (from: string | null, to: string | null, badly: boolean): Busy[] =>
    from === null ? [] : [{ start: Date.parse(from), end: to === null ? NEVER : Date.parse(to), badly }];
  const waits = step.waits.flatMap(({ from, to, why }) => span(from, to, why === "retry"));
  if (stepsIn(index, step.id).length > 0) return waits;
  if (step.attempts.length === 0) return [...waits, ...span(step.entered_at, step.exited_at, endedBadly(step.status))];
  return [...waits, ...step.attempts.flatMap((each) => span(each.started_at, each.ended_at, endedBadly(each.status)))];
}

const endedBadly = (status: string) => isBad(status) || status === "ABORTED";
const lengthOf = (rest: Rest) => rest.end - rest.start;

/** How much of the time from `start` to `end` was rest. */
export function restedIn(rests: readonly Rest[], start: number, end: number): number {
  return rests.reduce((sum, rest) => sum + Math.max(0, Math.min(end, rest.end) - Math.max(start, rest.start)), 0);
}

/** Seconds between two moments without the rests; null where one of them is not known. */
export function secondsRan(rests: readonly Rest[], from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return Math.max(0, end - start - restedIn(rests, start, end)) / 1000;
}

/** When what began at `from` would have begun, had it not rested since: to count on from. */
export function begunAsIf(rests: readonly Rest[], from: string, now: number): string {
  const start = Date.parse(from);
  return new Date(start + restedIn(rests, start, now)).toISOString();
}
