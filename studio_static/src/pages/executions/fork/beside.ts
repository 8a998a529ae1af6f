/** The steps of a fork beside those of its original, by state and visit. Pure. */
import type { Step } from "../../../api/schema";
import { detailsOf, type HistoryEvent } from "../log/events";

/** The same visit of the same state in the same branch and item, in both; null on the side that did not enter it. */
export interface BesideRow {
  readonly fork: Step | null;
  readonly original: Step | null;
}

/** In the original's order; what the fork alone entered stands behind what it entered before. */
export function rowsBeside(fork: readonly Step[], original: readonly Step[]): BesideRow[] {
  const own = new Map(fork.map((step) => [step.id, step]));
  const there = new Set(original.map((step) => step.id));
  const behind = new Map<string, Step[]>();
  let last = "";
  for (const step of fork) {
    if (there.has(step.id)) last = step.id;
    else behind.set(last, [...(behind.get(last) ?? []), step]);
  }
  const alone = (id: string): BesideRow[] => (behind.get(id) ?? []).map((step) => ({ fork: step, original: null }));
  return [
    ...alone(""),
    ...original.flatMap((step) => [{ fork: own.get(step.id) ?? null, original: step }, ...alone(step.id)]),
  ];
}

/** The outputs of states, as JSON texts, by the number of the event that says it. */
export type Outputs = ReadonlyMap<number, string>;

export function outputsOf(events: readonly HistoryEvent[]): Outputs {
  const found = new Map<number, string>();
  for (const event of events) {
    const { output } = detailsOf(event);
    if (event.type.endsWith("StateExited") && typeof output === "string") found.set(event.id, output);
  }
  return found;
}

/** How the API shows what is hidden. */
const HIDDEN = "********";

/** What differs in a row, in a few words; empty where nothing is known to. */
export function differenceWords({ fork, original }: BesideRow, here: Outputs, there: Outputs): string {
  if (original === null) return "only in the fork";
  if (fork === null) return "only in the original";
  if (fork.status !== original.status) return "ended otherwise";
  const [own, other] = [here.get(fork.last_event), there.get(original.last_event)];
  if (own === undefined || other === undefined) return "";
  if (own.includes(HIDDEN) || other.includes(HIDDEN)) return "outputs are hidden";
  return own === other ? "same output" : "another output";
}
