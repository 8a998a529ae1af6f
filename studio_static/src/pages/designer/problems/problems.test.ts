import { describe, expect, it } from "vitest";
import type { Definition, JsonObject } from "../../../asl/types";
import { placeOf } from "./location";
import { distance, nearest } from "./nearest";
import { advice, type Finding, lineOf, marksOf, problemsOf, whereOf } from "./problems";

const definition: Definition = {
  StartAt: "Price/Order",
  States: {
    "Price/Order": { Type: "Pass", Next: "Chrge" },
    Price: { Type: "Choice", Choices: [{ Variable: "$.x", IsNull: true, Next: "Charge" }] },
    Charge: {
      Type: "Task",
      Resource: "connector:htp:request",
      Retry: [{ ErrorEquals: ["A"], MaxAttempts: -1 }],
      Timeout: 3,
    },
    Fulfil: { Type: "Parallel", Branches: [{ StartAt: "In", States: { Inn: { Type: "Pass" } } }], End: true },
  },
};
const error = (location: string, message: string, code = "SCHEMA_VALIDATION_FAILED"): Finding => ({
  code,
  message,
  location,
  severity: "ERROR",
});
const only = (finding: Finding, resources: string[] = []) => {
  const found = problemsOf(definition, [finding], resources)[0];
  if (found === undefined) throw new Error("no problem");
  return found;
};

describe("locations", () => {
  it.each([
    ["/", "", null, ""],
    ["/StartAt", "/StartAt", null, "StartAt"],
    ["/States/Price/Order/Next", "/States/Price~1Order/Next", "/States/Price~1Order", "Next"],
    ["/States/Price/Choices[0]/Next", "/States/Price/Choices/0/Next", "/States/Price", "Next"],
    ["/States/Charge/Retry[0]/MaxAttempts", "/States/Charge/Retry/0/MaxAttempts", "/States/Charge", "MaxAttempts"],
    [
      "/States/Fulfil/Branches[0]/States/Inn",
      "/States/Fulfil/Branches/0/States/Inn",
      "/States/Fulfil/Branches/0/States/Inn",
      "Inn",
    ],
    ["/States/Fulfil/Branches[0]/StartAt", "/States/Fulfil/Branches/0/StartAt", "/States/Fulfil", "StartAt"],
    ["/States/Charge/Comment", "/States/Charge", "/States/Charge", "Comment"],
  ])("%s", (location, pointer, state, field) => {
    expect(placeOf(definition, location)).toEqual({ pointer, state, field });
  });
});

describe("fixes", () => {
  it("write a comparison of the type that comes", () => {
    const route = (rule: JsonObject): Definition => ({
      StartAt: "Route",
      States: { Route: { Type: "Choice", Choices: [rule], Default: "Route" } },
    });
    const mended = (rule: JsonObject, field: string, message: string): unknown => {
      const found: Finding = {
        code: "COMPARISON_NEVER_HOLDS",
        message,
        location: `/States/Route/Choices[0]/${field}`,
        severity: "WARNING",
      };
      const [problem] = problemsOf(route(rule), [found]);
      return problem?.fixes[0]?.apply(route(rule));
    };
    const rule = { Variable: "$.a", StringGreaterThan: "1", Next: "Route" };
    expect(mended(rule, "StringGreaterThan", 'so. Write "NumericGreaterThan": 1 instead')).toEqual(
      route({ Variable: "$.a", NumericGreaterThan: 1, Next: "Route" }),
    );
    const condition = { Condition: '{% $f() and $a > "1" %}', Next: "Route" };
    expect(mended(condition, "Condition", 'so. Write $a > 1 instead of $a > "1"')).toEqual(
      route({ Condition: "{% $f() and $a > 1 %}", Next: "Route" }),
    );
    expect(mended(condition, "Condition", "so. Compare values of one type")).toBeUndefined();
  });

  it("write the variable or the function that was probably meant", () => {
    const pass = (Output: string): Definition => ({ StartAt: "A", States: { A: { Type: "Pass", Output, End: true } } });
    const mended = (output: string, code: string, message: string): unknown => {
      const [problem] = problemsOf(pass(output), [
        { code, message, location: "/States/A/Output", severity: "WARNING" },
      ]);
      return problem?.fixes[0]?.apply(pass(output));
    };
    expect(
      mended(
        "{% $tota + $total + $tota %}",
        "VARIABLE_NOT_ASSIGNED",
        "'A' reads $tota, which no state before it assigns: did you mean $total?",
      ),
    ).toEqual(pass("{% $total + $total + $total %}"));
    expect(
      mended(
        "{% $upperCase('a') %}",
        "UNKNOWN_FUNCTION",
        "There is no function $upperCase: the call fails. Did you mean $uppercase?",
      ),
    ).toEqual(pass("{% $uppercase('a') %}"));
    expect(mended("{% $f() %}", "UNKNOWN_FUNCTION", "There is no function $f: the call fails")).toBeUndefined();
  });

  it("lead to the nearest state, or add the one that was named", () => {
    const found = only(error("/States/Price/Order/Next", "Missing 'Next' target: Chrge", "MISSING_TRANSITION_TARGET"));
    expect(found.fixes.map((fix) => fix.label)).toEqual(["Go to “Charge”", "Add a state “Chrge”"]);
    expect(found.fixes[0]?.apply(definition)).toMatchObject({ States: { "Price/Order": { Next: "Charge" } } });
    expect(found.fixes[1]?.apply(definition)).toMatchObject({ States: { Chrge: { Type: "Pass", End: true } } });
  });

  it("start a branch at its own state", () => {
    const found = only(
      error("/States/Fulfil/Branches[0]/StartAt", "Missing 'StartAt' target: In", "MISSING_TRANSITION_TARGET"),
    );
    expect(found.fixes[0]?.label).toBe("Start at “Inn”");
    expect(found.fixes[0]?.apply(definition)).toMatchObject({ States: { Fulfil: { Branches: [{ StartAt: "Inn" }] } } });
  });

  it("end a state that goes nowhere", () => {
    const found = only(error("/States/Charge", "Exactly one of these fields is required: [Next, End]"));
    expect(found.fixes[0]?.apply(definition)).toMatchObject({ States: { Charge: { End: true } } });
  });

  it("name the resource that exists", () => {
    const found = only(error("/States/Charge/Resource", "state 'Charge': …", "UNKNOWN_RESOURCE"), [
      "connector:http:request",
      "connector:log:write",
    ]);
    expect(found.fixes.map((fix) => fix.label)).toEqual(["Use connector:http:request"]);
  });

  it("rename a misspelt field and keep numbers in their bounds", () => {
    const renamed = only(error("/States/Charge/Timeout", "Field 'Timeout' is not supported"));
    expect(renamed.fixes.map((fix) => fix.label)).toContain("Remove Timeout");
    const bounded = only(error("/States/Charge/Retry[0]/MaxAttempts", "Minimum value is 0"));
    expect(bounded.fixes[0]?.apply(definition)).toMatchObject({ States: { Charge: { Retry: [{ MaxAttempts: 0 }] } } });
  });

  it("never change what they were given", () => {
    const before = JSON.stringify(definition);
    for (const found of [
      ...problemsOf(definition, [error("/States/Charge", "Exactly one of these fields is required: [Next, End]")]),
      ...advice(definition),
    ]) {
      for (const fix of found.fixes) fix.apply(definition);
    }
    expect(JSON.stringify(definition)).toBe(before);
  });
});

describe("problems", () => {
  it("advise an otherwise and can add it", () => {
    const [found] = advice(definition);
    expect(found).toMatchObject({ severity: "advice", state: "/States/Price" });
    expect(found?.fixes[0]?.apply(definition)).toMatchObject({
      States: { Price: { Default: "No Rule Matched" }, "No Rule Matched": { Type: "Fail" } },
    });
  });

  it("mark states by the worst of theirs and say where they are", () => {
    const found = problemsOf(definition, [
      { ...error("/States/Charge/Retry[0]", "w"), severity: "WARNING" },
      error("/States/Charge/Resource", "e"),
    ]);
    expect(marksOf(found, ({ state }) => state)).toEqual({ "/States/Charge": { level: "error", text: "e w" } });
    expect(found.map(whereOf)).toEqual(["Charge · Resource", "Charge · Retry 1", "Price · Default"]);
  });

  it("mark the line of the rule that they are in", () => {
    const found = problemsOf(definition, [error("/States/Price/Choices[0]/Condition", "e")]);
    expect(marksOf(found, lineOf)).toEqual({ "/States/Price#choice/0": { level: "error", text: "e" } });
  });
});

it("finds what was meant and nothing far-fetched", () => {
  expect(distance("Charge", "charge")).toBe(0);
  expect(distance("abcd", "abdc")).toBe(1);
  expect(nearest("Chrge Card", ["Charge Card", "Cancel"])).toBe("Charge Card");
  expect(nearest("Zed", ["Charge Card", "Cancel"])).toBeNull();
});
