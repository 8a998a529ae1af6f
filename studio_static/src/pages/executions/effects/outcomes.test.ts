import { describe, expect, it } from "vitest";
import type { Effect } from "../../../api/schema";
import { itemWords, lookOf, sentenceOf, tally } from "./outcomes";

const effect = (outcome: Effect["outcome"], more: Partial<Effect> = {}) =>
  ({ outcome, began_at: "2026-01-01T00:00:00Z", at_most_once: false, child: null, ...more }) as Effect;

describe("what came of a call", () => {
  it("never says of what nobody knows that it was done, or that it was not", () => {
    for (const outcome of ["UNKNOWN", "REPEATED", "UNDER_WAY"] as const) {
      expect(lookOf(effect(outcome)).word).not.toMatch(/done/i);
    }
    expect(lookOf(effect("NOT_DONE")).word).toBe("Certainly not done");
  });
  it("says in a sentence what a word cannot", () => {
    expect(sentenceOf(effect("DONE"))).toBeNull();
    expect(sentenceOf(effect("UNKNOWN", { at_most_once: true }))).toContain("not repeated");
    expect(sentenceOf(effect("UNKNOWN"))).toContain("for the key if it takes one");
    expect(sentenceOf(effect("REPEATED"))).toContain("may have done both");
    expect(sentenceOf(effect("NOT_DONE", { began_at: null }))).toContain("not made yet");
  });
  it("says of an execution that a call starts whether it was started, not how it ended", () => {
    const child = { child: "ship:one" };
    expect(sentenceOf(effect("DONE", child))).toContain("It was started.");
    expect(sentenceOf(effect("UNKNOWN", child))).toContain("if it was, it is this one");
    expect(sentenceOf(effect("REPEATED", child))).toContain("starts the same execution");
    expect(sentenceOf(effect("NOT_DONE", child))).toBe("No call with this key had an effect.");
  });
  it("counts what worries first", () => {
    expect(tally([effect("DONE"), effect("UNKNOWN"), effect("DONE")])).toBe("1 unknown, 2 done");
  });
});

it("items are counted from 1, as the timeline counts them", () => {
  expect([[0], [2, 9]].map(itemWords)).toEqual(["item 1", "item 3.10"]);
});
