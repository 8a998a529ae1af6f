/** What an execution already did before it goes on, state by state, of its ledger of effects. Pure. */
import type { Effect, Step } from "../../../api/schema";

/** The calls of one state: how many were done, of how many nobody knows, whether it calls again as it goes on. */
export interface StateDone {
  readonly state: string;
  readonly done: number;
  readonly unknown: number;
  /** Map Runs, whose items have ledgers of their own. */
  readonly runs: number;
  readonly again: boolean;
}

/** In the order of their first calls. `goesOn` are the steps at which the execution goes on. */
export function doneBefore(effects: readonly Effect[], goesOn: readonly Step[]): StateDone[] {
  const again = new Set(goesOn.map((step) => step.first_event));
  const found = new Map<string, StateDone>();
  for (const { state, step, outcome } of effects) {
    const before = found.get(state) ?? { state, done: 0, unknown: 0, runs: 0, again: false };
    found.set(state, {
      state,
      done: before.done + Number(outcome === "DONE"),
      // Of one that was repeated, the later row with the same key tells.
      unknown: before.unknown + Number(outcome === "UNKNOWN" || outcome === "UNDER_WAY"),
      runs: before.runs + Number(outcome === "IN_CHILDREN"),
      again: before.again || again.has(step),
    });
  }
  return [...found.values()];
}

/** "2 done, 1 unknown; will be called again", "certainly not done". */
export function doneWords({ done, unknown, runs, again }: StateDone): string {
  const counts = [
    done > 0 && `${done} done`,
    unknown > 0 && `${unknown} unknown`,
    runs > 0 && `${runs} Map ${runs === 1 ? "Run" : "Runs"}, whose items have their own`,
  ].filter((each) => each !== false);
  const words = counts.length > 0 ? counts.join(", ") : "certainly not done";
  return again ? `${words}; ${runs > 0 ? "goes on" : "will be called again"}` : words;
}

/** Whether going on may do once more what was done, or may have been. */
export const mayDouble = ({ done, unknown, again }: StateDone): boolean => again && done + unknown > 0;
