import { describe, expect, it } from "vitest";
import type { Proposal } from "./asking";
import { callWords, caseWords, changeWords, folded, lookAddress, pauseAfter, type Turn, usageWords } from "./turns";

const turn = (number: number, more: Partial<Turn> = {}): Turn => ({
  number,
  asked: "a",
  status: "DONE",
  text: "",
  calls: [],
  question: null,
  proposal: null,
  problem: null,
  usage: { answers: 1, input_tokens: 0, output_tokens: 0, seconds: 2.4 },
  limits: { answers: 20, tokens: 200_000, seconds: 180 },
  ...more,
});
const answer = { tag: "t", held: true, running: false, reset: false, turns: [] };

describe("the turns that are known", () => {
  it("take those of an answer in the place of theirs", () => {
    const known = [turn(1), turn(2, { text: "half" })];
    const next = folded(known, { ...answer, turns: [turn(2, { text: "half and half" }), turn(3)] });
    expect(next.map(({ number, text }) => [number, text])).toEqual([
      [1, ""],
      [2, "half and half"],
      [3, ""],
    ]);
  });
  it("stay the same object where nothing came, and begin anew after a deletion", () => {
    const known = [turn(1)];
    expect(folded(known, answer)).toBe(known);
    expect(folded(known, { ...answer, reset: true })).toEqual([]);
  });
});

describe("looks", () => {
  it("wait only behind a tag", () => {
    expect(lookAddress("a b", null)).toBe("/workflows/a%20b/conversation");
    expect(lookAddress("a", "x.1.0")).toBe("/workflows/a/conversation?after=x.1.0&wait=20");
  });
  it("pause where the server holds nothing", () => {
    expect(pauseAfter({ ...answer, held: true })).toBe(0);
    expect(pauseAfter({ ...answer, held: false })).toBeGreaterThan(500);
  });
});

describe("words", () => {
  it("of calls", () => {
    const call = { tool: "search_actions", about: "slack message", outcome: "3 actions", failed: false };
    expect(callWords(call)).toBe("searched actions: slack message · 3 actions");
    expect(callWords({ ...call, outcome: null })).toBe("searched actions: slack message …");
    expect(callWords({ ...call, tool: "new_tool", about: "" })).toBe("new tool · 3 actions");
  });
  it("of use", () => {
    const usage = { answers: 4, input_tokens: 6000, output_tokens: 32, seconds: 14.2 };
    expect(usageWords(turn(1, { usage })).used).toBe("4 answers · 6,032 tokens · 14 s");
    expect(usageWords(turn(1)).used).toBe("1 answer · 2 s");
    expect(usageWords(turn(1)).most).toBe("At most 20 answers, 200,000 tokens, 180 s");
  });
  it("of a proposal", () => {
    const proposal = {
      changes: [
        { state: "A", change: "added" },
        { state: "B", change: "added" },
        { state: "C", change: "removed" },
      ],
      cases: [
        { name: "a", passed: true, states: [], problem: null },
        { name: "b", passed: false, states: [], problem: "x" },
      ],
    } as unknown as Proposal;
    expect(changeWords(proposal)).toBe("2 added, 1 removed");
    expect(caseWords(proposal)).toBe("1 of 2 cases pass");
    expect(changeWords({ ...proposal, changes: [] })).toBe("No step changes");
    expect(caseWords({ ...proposal, cases: [] })).toBeNull();
  });
});
