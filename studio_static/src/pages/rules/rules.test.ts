import { describe, expect, it } from "vitest";
import type { RuleBranch } from "../../api/schema";
import { freeCaseName, passes, ruleCasesOf, withoutCase, withRuleCase } from "./cases";
import { withChanges } from "./changes";
import { choicesOf, defaultOf, OWN_RULE, readSubject, subjectOf } from "./subject";

const changed = (path: string, to: unknown, removed = false) =>
  withChanges({ input: { order: { lines: [{ "unit price": 5 }] } }, variables: { limit: { high: 1 } } }, [
    { path, to, removed },
  ]);

describe("the changes of a flip", () => {
  it("reach into objects and lists, and leave the payload they are made to", () => {
    expect(changed("$.order.lines[0]['unit price']", 6).input).toEqual({ order: { lines: [{ "unit price": 6 }] } });
    expect(changed("$.order.flag", true).input).toEqual({ order: { lines: [{ "unit price": 5 }], flag: true } });
  });
  it("add what is on the way, replace the whole, and take away", () => {
    expect(changed("$.customer.tier", "gold").input).toMatchObject({ customer: { tier: "gold" } });
    expect(changed("$", 7).input).toBe(7);
    expect(changed("$.order.lines", null, true).input).toEqual({ order: {} });
    expect(changed("$.order.lines[0]", null, true).input).toEqual({ order: { lines: [] } });
  });
  it("reach into variables", () => {
    expect(changed("$limit.high", 2).variables).toEqual({ limit: { high: 2 } });
    expect(changed("$name", "x").variables).toEqual({ limit: { high: 1 }, name: "x" });
  });
});

describe("what is tested", () => {
  const definition = {
    QueryLanguage: "JSONata",
    StartAt: "All",
    States: {
      All: {
        Type: "Parallel",
        End: true,
        Branches: [{ StartAt: "High?", States: { "High?": { Type: "Choice", Choices: [], Default: "Low" } } }],
      },
    },
  };
  it("is any Choice at any depth, with the machine's query language", () => {
    const [found] = choicesOf(definition);
    expect(found).toMatchObject({ name: "High?", language: "JSONata" });
    expect(found && defaultOf(subjectOf(found))).toBe("Low");
  });
  it("goes to the API as a state, a rule or a condition, or says on which line it is no JSON", () => {
    expect(readSubject(OWN_RULE)).toHaveProperty("given.rule.And");
    expect(readSubject({ kind: "condition", language: "JSONata", text: "1 = 1" })).toEqual({
      given: { query_language: "JSONata", condition: "1 = 1" },
    });
    expect(readSubject({ kind: "state", language: "JSONPath", text: '{\n"a": }' })).toHaveProperty(
      "fault",
      expect.stringMatching(/^Line 2: /),
    );
    expect(readSubject({ kind: "rule", language: "JSONPath", text: "[]" })).toEqual({ fault: "A rule is an object." });
    expect(readSubject({ kind: "condition", language: "JSONata", text: " " })).toHaveProperty("fault");
  });
});

describe("cases of a Choice", () => {
  const branch = (next: string | null, error: string | null = null): RuleBranch => ({
    execution: null,
    next,
    rule: null,
    otherwise: false,
    error: error === null ? null : { error, cause: null },
  });
  const made = { name: "low", state: "High?", input: { total: 1 }, variables: {}, next: "Low", error: null };

  it("are written as the workflow document has them, beside the others", () => {
    const whole = { name: "whole", input: {}, expect: { status: "SUCCEEDED" } };
    const document = withRuleCase({ name: "orders", cases: [whole] }, made);
    expect(document.cases).toEqual([
      whole,
      { name: "low", state: "High?", input: { total: 1 }, expect: { next: "Low" } },
    ]);
    expect(ruleCasesOf(document, "High?")).toEqual([made]);
    expect(ruleCasesOf(document, "Other?")).toEqual([]);
    expect(withoutCase(document, "low").cases).toEqual([whole]);
  });
  it("get a name of their own", () => {
    expect(freeCaseName({}, "Flag For Review")).toBe("flag-for-review");
    expect(freeCaseName({ cases: [{ name: "low" }, { name: "low-2" }] }, "Low")).toBe("low-3");
    expect(freeCaseName({}, "…")).toBe("case");
  });
  it("pass where the branch, or the error, is the expected one", () => {
    expect(passes(made, branch("Low"))).toBe(true);
    expect(passes(made, branch("High"))).toBe(false);
    expect(passes(made, branch(null, "States.NoChoiceMatched"))).toBe(false);
    const failing = { ...made, next: null, error: "States.NoChoiceMatched" };
    expect(passes(failing, branch(null, "States.NoChoiceMatched"))).toBe(true);
    expect(passes(failing, branch("Low"))).toBe(false);
  });
});
