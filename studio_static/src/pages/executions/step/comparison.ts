/** An execution beside another one of its workflow: which steps stand for each other, where their ways part. Pure. */
import type { Step } from "../../../api/schema";
import { type StepIndex, stepsIn } from "../steps";

/** The step of another execution that stands for `step`: the same visit in the same branch and item, else the last. */
export function counterpartOf(step: Step, there: StepIndex): Step | null {
  return there.byId.get(step.id) ?? [...there.byId.values()].findLast((each) => each.path === step.path) ?? null;
}

/** Which state each of two executions entered where their ways part; null: it entered none any more. */
export interface Parting {
  /** The last state that both entered; null where they began differently. */
  readonly after: Step | null;
  readonly here: string | null;
  readonly there: string | null;
}

/** Where the executions' own states part; null where both entered the same ones in the same order. */
export function partingOf(here: StepIndex, there: StepIndex): Parting | null {
  const [own, other] = [stepsIn(here, ""), stepsIn(there, "")];
  let at = 0;
  while (at < own.length && own[at]?.name === other[at]?.name) at += 1;
  if (at === own.length && at === other.length) return null;
  return { after: own[at - 1] ?? null, here: own[at]?.name ?? null, there: other[at]?.name ?? null };
}

/** "Both went the same way up to Book; there this one ended, that one went on to Notify." */
export function partingWords(parting: Parting | null): string {
  if (parting === null) return "Both went the same way.";
  const { after, here, there } = parting;
  if (after === null) return `This one began with ${here ?? "nothing"}, that one with ${there ?? "nothing"}.`;
  const same = `Both went the same way up to ${after.name}`;
  if (here === null) return `${same}; there this one ended, that one went on to ${there}.`;
  if (there === null) return `${same}; there that one ended, this one went on to ${here}.`;
  return `${same}; then this one went to ${here}, that one to ${there}.`;
}
