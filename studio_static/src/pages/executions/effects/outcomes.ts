/** What came of a call, in words and in one colour with a mark. Pure. */
import type { Effect } from "../../../api/schema";
import type { Mark, Tone } from "../../../ui/status";

interface Look {
  word: string;
  tone: Tone;
  mark: Mark;
}

const LOOKS: Readonly<Record<Effect["outcome"], Look>> = {
  DONE: { word: "Done", tone: "ok", mark: "check" },
  NOT_DONE: { word: "Certainly not done", tone: "idle", mark: "cross" },
  UNKNOWN: { word: "Unknown", tone: "warn", mark: "dots" },
  REPEATED: { word: "Repeated with the same key", tone: "idle", mark: "retry" },
  UNDER_WAY: { word: "Under way", tone: "running", mark: "clock" },
  IN_CHILDREN: { word: "In its items' executions", tone: "idle", mark: "square" },
  RECORDED: { word: "Answered from the record", tone: "idle", mark: "check" },
};

export const lookOf = (effect: Effect): Look => LOOKS[effect.outcome];

/** What is to be known of the outcome in a sentence; null where the word says it all. */
export function sentenceOf(effect: Effect): string | null {
  if (effect.began_at === null) return "It is owed, and was not made yet.";
  const startsOne = effect.child !== null;
  switch (effect.outcome) {
    case "DONE":
      return startsOne ? "It was started. What came of it is told there." : null;
    case "UNKNOWN":
      if (startsOne) return "Nobody knows whether it was started: if it was, it is this one.";
      return effect.at_most_once
        ? "Nobody knows whether it took effect, and it is not repeated by itself. Look in the service for what it was to do."
        : "Nobody knows whether it took effect. Look in the service: for the key if it takes one, else for what it was to do.";
    case "REPEATED":
      return startsOne
        ? "Nobody knows whether this call started it. A later call has the same key and starts the same execution."
        : "Nobody knows whether this call took effect. A later one has the same key: a service that looks at no key may have done both.";
    case "NOT_DONE":
      return "No call with this key had an effect.";
    case "RECORDED":
      return "Nothing was called: the fork has the answer that its original got.";
    default:
      return null;
  }
}

/** How many rows have which outcome, the worrying ones first. */
export function tally(effects: readonly Effect[]): string {
  const order: readonly Effect["outcome"][] = ["UNKNOWN", "UNDER_WAY", "REPEATED", "NOT_DONE", "DONE", "IN_CHILDREN"];
  return order
    .map((outcome) => [outcome, effects.filter((each) => each.outcome === outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${LOOKS[outcome].word.toLowerCase()}`)
    .join(", ");
}

/** Which items of the Maps around it, counted as everywhere: from 1. */
export const itemWords = (items: readonly number[]): string => `item ${items.map((index) => index + 1).join(".")}`;
