/** A redrive in words: whether it is offered, at which steps it goes on, and which attempts came of one. Pure. */
import type { Execution, Step } from "../../api/schema";
import { isBad, type StepIndex, stepsIn } from "./steps";

/** How an execution ended that can be redriven; what the API takes as a status of many. */
export const UNSUCCESSFUL = ["FAILED", "TIMED_OUT", "ABORTED"] as const;
export type Unsuccessful = (typeof UNSUCCESSFUL)[number];

/** Whether a redrive is offered. The API knows more that stands against one, and says so. */
export function isRedrivable(
  execution: Pick<Execution, "id" | "status" | "kind"> & Partial<Pick<Execution, "redrivable_until" | "fork">>,
  now = Date.now(),
): boolean {
  const didEndBadly = UNSUCCESSFUL.some((status) => status === execution.status);
  const until = execution.redrivable_until ?? null;
  const inTime = until === null || new Date(until).getTime() > now;
  if (execution.fork) return false;
  return didEndBadly && inTime && execution.kind === "STANDARD" && parentOf(execution.id) === null;
}

/** A distributed Map's child is named after its parent, its run and its item: "spread:one~1.0~7". */
export function parentOf(id: string): string | null {
  const at = id.lastIndexOf("~", id.lastIndexOf("~") - 1);
  return at < 0 ? null : id.slice(0, at);
}

const GOES_ON = new Set(["FAILED", "TIMED_OUT", "ABORTED"]);

/**
 * The steps at which an execution goes on: the last of each scope that did not succeed, as deep inside as there is one.
 * Those that failed come first, then what was ended with them. Empty where it ended between two states.
 */
export function goesOnAt(index: StepIndex): Step[] {
  const found = unfinished(index, stepsIn(index, ""));
  return [...found.filter((step) => isBad(step.status)), ...found.filter((step) => !isBad(step.status))];
}

function unfinished(index: StepIndex, steps: readonly Step[]): Step[] {
  const last = new Map<string, Step>();
  for (const step of steps) last.set(`${step.branch} ${step.item}`, step);
  return [...last.values()]
    .filter((step) => GOES_ON.has(step.status))
    .flatMap((step) => {
      // What an earlier attempt of a Parallel or Map had begun is over.
      const since = step.attempts.at(-1)?.started_at ?? step.entered_at ?? "";
      const inner = stepsIn(index, step.id).filter(({ entered_at }) => entered_at !== null && entered_at >= since);
      const deeper = unfinished(index, inner);
      return deeper.length > 0 ? deeper : [step];
    });
}

const MOST_NAMED = 3;

/** "Reserve Line (2 items)", "Nap", "4 other steps". */
export function namesOf(steps: readonly Step[]): string[] {
  const counts = new Map<string, number>();
  for (const step of steps) counts.set(step.name, (counts.get(step.name) ?? 0) + 1);
  const all = [...counts].map(([name, count]) => (count > 1 ? `${name} (${count} times)` : name));
  if (all.length <= MOST_NAMED) return all;
  return [...all.slice(0, MOST_NAMED - 1), `${all.length - MOST_NAMED + 1} other steps`];
}

const OF_ITSELF = new Set(["Pass", "Choice", "Fail", "Succeed"]);

/** Nothing but its input decides how such a step ends: the same input fails it again. */
export function failsAgain(steps: readonly Step[]): boolean {
  return steps.length > 0 && steps.every((step) => OF_ITSELF.has(step.type) && isBad(step.status));
}

/** "once", "twice", "3 times". */
export function timesWords(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}

/**
 * Whether the attempt at `place` is the first after a redrive, in an execution that was redriven: every other one but the
 * first begins where a Retrier's interval ends.
 */
export function beginsAfterRedrive(step: Pick<Step, "attempts" | "waits">, place: number): boolean {
  const [before, begun] = [step.attempts[place - 1]?.ended_at, step.attempts[place]?.started_at];
  if (!before || !begun || Date.parse(begun) <= Date.parse(before)) return false;
  return !step.waits.some((wait) => wait.why === "retry" && wait.to === begun);
}

/** How many attempts a step had since the last redrive; null where none of them came of one. */
export function attemptsSince(step: Pick<Step, "attempts" | "waits">): number | null {
  const at = step.attempts.findLastIndex((_, place) => beginsAfterRedrive(step, place));
  return at === -1 ? null : step.attempts.length - at;
}

/** "120 redriven, 2 refused". */
export function progressWords(redriven: number, refused: number): string {
  return `${redriven} redriven${refused > 0 ? `, ${refused} refused` : ""}`;
}
