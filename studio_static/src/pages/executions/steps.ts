/** What is asked of an execution's steps: who is in whom, and at which of them the page opens. Pure. */
import type { Step } from "../../api/schema";

const BAD = new Set(["FAILED", "TIMED_OUT"]);
const UNDER_WAY = new Set(["RUNNING", "WAITING", "RETRYING"]);
const RANK = ["FAILED", "TIMED_OUT", "RETRYING", "RUNNING", "WAITING", "ABORTED", "CAUGHT", "SUCCEEDED"];

export const isBad = (status: string) => BAD.has(status);
export const isUnderWay = (status: string) => UNDER_WAY.has(status);

/** Worth to be looked at among others. */
export const needsEye = (status: string) => isBad(status) || status === "RETRYING";

/** Of several statuses the one that a reader has to see first. */
export function worst(statuses: Iterable<string>): string {
  let found = RANK.length;
  for (const status of statuses) {
    const rank = RANK.indexOf(status);
    if (rank !== -1 && rank < found) found = rank;
  }
  return RANK[found] ?? "SUCCEEDED";
}

export interface StepIndex {
  readonly byId: ReadonlyMap<string, Step>;
  /** By the id of the Parallel or Map around them; "" are the execution's own. In the order of entry. */
  readonly inside: ReadonlyMap<string, readonly Step[]>;
}

export function indexOf(steps: readonly Step[]): StepIndex {
  const byId = new Map<string, Step>();
  const inside = new Map<string, Step[]>();
  for (const step of steps) {
    byId.set(step.id, step);
    const around = step.parent ?? "";
    const list = inside.get(around);
    if (list) list.push(step);
    else inside.set(around, [step]);
  }
  return { byId, inside };
}

export const stepsIn = (index: StepIndex, around: string): readonly Step[] => index.inside.get(around) ?? [];

/** The ids of the Parallels and Maps around a step, the outermost first. */
export function around(index: StepIndex, step: Step): string[] {
  const found: string[] = [];
  for (let id = step.parent; id !== null; id = index.byId.get(id)?.parent ?? null) found.unshift(id);
  return found;
}

/**
 * The step at which an execution opens: where it failed, deep inside; else where it is; else its last. Only its last own
 * step says how it stands: a redrive goes on after one that failed.
 *
 * What broke a Parallel or a Map is the failed step inside that ended last with the same error: what was beside it was
 * aborted, and failures of earlier rounds ended before.
 */
export function stepToOpen(index: StepIndex): Step | null {
  const last = stepsIn(index, "").at(-1);
  if (last === undefined) return null;
  if (isBad(last.status)) return deepest(index, last, (inner, outer) => isBad(inner.status) && sameError(inner, outer));
  if (isUnderWay(last.status)) return deepest(index, last, (inner) => isUnderWay(inner.status));
  if (last.status === "ABORTED") return deepest(index, last, (inner) => inner.status === "ABORTED");
  return last;
}

function deepest(index: StepIndex, from: Step, isNext: (inner: Step, outer: Step) => boolean): Step {
  let step = from;
  for (;;) {
    const outer: Step = step;
    const inner = stepsIn(index, outer.id).filter((each) => isNext(each, outer));
    if (inner.length === 0) return outer;
    step = inner.reduce((last, each) => (ended(each) >= ended(last) ? each : last));
  }
}

const ended = (step: Step) => (step.exited_at ? Date.parse(step.exited_at) : Number.MAX_SAFE_INTEGER);
const sameError = (inner: Step, outer: Step) => inner.error === outer.error || outer.error === null;

/** The step whose error a Catcher took last before `step` was come to: why a Fail state was entered at all. */
export function caughtBefore(index: StepIndex, step: Step): Step | null {
  return (
    stepsIn(index, step.parent ?? "").findLast(
      (each) => each.status === "CAUGHT" && each.first_event < step.first_event && each.branch === step.branch,
    ) ?? null
  );
}

/** The innermost failed step that a container broke by: for "came from". */
export function brokenBy(index: StepIndex, container: Step): Step {
  return deepest(index, container, (inner) => isBad(inner.status));
}

/** Item numbers are told from 1, as people count. */
export const itemNumber = (index: number) => `item ${index + 1}`;

/** Where a step is inside of others: "Fulfil, branch 2 › Reserve Stock, item 3". */
export function placeWords(index: StepIndex, step: Step): string {
  const words: string[] = [];
  for (let each: Step | undefined = step; each?.parent; each = index.byId.get(each.parent)) {
    const outer = index.byId.get(each.parent);
    if (outer === undefined) break;
    const where =
      each.item !== null ? `, ${itemNumber(each.item)}` : each.branch !== null ? `, branch ${each.branch + 1}` : "";
    words.unshift(outer.name + where);
  }
  return words.join(" › ");
}
