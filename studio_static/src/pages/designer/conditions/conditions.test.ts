import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../asl/types";
import { CHOICE_OPERATORS } from "../../../facts";
import { readCondition, unwrapped, wholeIn, writeCondition } from "./jsonata";
import { readRule, writeRule } from "./jsonpath";
import {
  incomplete,
  isMoment,
  newComparison,
  OPERATORS,
  type Operator,
  operatorsOf,
  ruleIn,
  simplified,
  withField,
  withOperator,
} from "./model";
import { tokenize } from "./tokens";

describe("rules under JSONPath", () => {
  const exact: JsonObject[] = [
    { Variable: "$.a", StringEquals: "x" },
    { Variable: "$.a", NumericGreaterThan: 10 },
    { Variable: "$.a", NumericLessThanEqualsPath: "$.b" },
    { Variable: "$.a", BooleanEquals: false },
    { Variable: "$.a", BooleanEqualsPath: "$.b" },
    { Variable: "$.a", TimestampLessThan: "2026-11-25T09:00:00+01:00" },
    { Variable: "$.a", TimestampGreaterThanEqualsPath: "$$.State.EnteredTime" },
    { Variable: "$.a", IsPresent: false },
    { Variable: "$.a", IsNull: true },
    { Variable: "$.a", IsTimestamp: true },
    { Variable: "$.a", StringMatches: "log-*.txt" },
    { Variable: "$.a", StringMatches: "*gold*" },
    { Variable: "$.a", StringMatches: "a\\*b*" },
    { Variable: "$.a", StringMatches: "*" },
    { Not: { Variable: "$.a", StringEquals: "x" } },
    { Not: { Variable: "$.a", IsPresent: true } },
    {
      Not: {
        And: [
          { Variable: "$.a", IsPresent: true },
          { Variable: "$.b", NumericEquals: 1 },
        ],
      },
    },
    {
      And: [
        { Variable: "$.a", IsPresent: true },
        { Or: [{ Variable: "$.b", NumericEquals: 1 }, { Not: { Variable: "$.c", IsNull: true } }] },
      ],
    },
    {
      Or: [
        { Variable: "$.a", StringEquals: "x" },
        { Variable: "$.a", StringEquals: "y" },
      ],
    },
    { Variable: "$.a", IsString: false },
    { Variable: "$.a", NoSuchOperator: 1 },
    {
      And: [
        { Variable: "$.a", IsPresent: true },
        { Variable: "$.b", NumericEquals: 1, Comment: "kept" },
      ],
    },
  ];
  it.each(exact)("reads and writes %j unchanged", (rule) => {
    expect(writeRule(readRule(rule))).toEqual(rule);
  });

  it("leaves out what the rule does", () => {
    const rule = { Variable: "$.a", IsNull: true, Next: "B", Assign: { x: 1 }, Comment: "why" };
    expect(writeRule(readRule(rule))).toEqual({ Variable: "$.a", IsNull: true });
  });

  it("says equalities of one field as a list", () => {
    const rule = readRule({
      Or: [
        { Variable: "$.a", StringEquals: "IR" },
        { Variable: "$.a", StringEquals: "KP" },
      ],
    });
    expect(rule).toMatchObject({ operator: "oneOf", operand: { values: ["IR", "KP"] } });
  });

  it("keeps only the unknown part as text", () => {
    const rule = readRule({
      And: [
        { Variable: "$.a", IsNull: true },
        { Variable: "$.b", Odd: 1 },
      ],
    });
    expect(rule).toMatchObject({ kind: "group", members: [{ kind: "comparison" }, { kind: "text" }] });
  });

  it("knows the JSON of a rule from any other text", () => {
    expect(ruleIn('{"Variable": "$.a", "IsNull": true}')).not.toBeNull();
    expect(ruleIn("[1]")).toBeNull();
    expect(ruleIn("{")).toBeNull();
  });
});

describe("conditions in JSONata", () => {
  it.each([
    ["$states.input.total > 10000", "greater"],
    ['$tier = "gold"', "equals"],
    ["$sum(lines.(quantity * price)) >= 2 * $limit", "greaterOrEqual"],
    ['$country in ["IR", "KP"]', "oneOf"],
    ["$exists($x.y)", "isPresent"],
    ["$not($exists($x.y))", "isMissing"],
    ["$x = null", "isNull"],
    ["$x != null", "isNotNull"],
    ["$flag = false", "isFalse"],
    ['$contains($mail, "@example")', "contains"],
    ["$contains($mail, /^a\\.b/)", "startsWith"],
    ["$contains($mail, /\\.org$/)", "endsWith"],
    ['$type($x) = "number"', "isNumber"],
    ['$toMillis($due) < $toMillis("2026-11-25T09:00:00+01:00")', "before"],
    ["$toMillis($due) >= $toMillis($states.context.State.EnteredTime)", "afterOrAt"],
  ])("reads %s as a row", (source, operator) => {
    const read = readCondition(source);
    expect(read).toMatchObject({ kind: "comparison", operator });
    expect(writeCondition(read)).toBe(source);
  });

  it.each([
    "$a > 1 and $b = 2 or $c = 3",
    "($a > 1 or $b = 2) and $not($c = 3 and $d = 4)",
    "$flagged and $a = 1",
    "$a ? $b : $c",
    "$a = 1 and ($b ? true : false)",
    "$count($states.input.items[price > 10 and size < 3]) > 0",
    "$match($x, /a or b/) and $y = 'and'",
    "$x.and = 1",
    "$not($a)",
    "/* why */ $a = 1",
  ])("says the same after reading and writing %s", (source) => {
    const once = writeCondition(readCondition(source));
    expect(writeCondition(readCondition(once))).toBe(once);
  });

  it("keeps what it cannot express as text, beside what it can", () => {
    const read = readCondition("$a = 1 and ($b ? true : false)");
    expect(read).toMatchObject({ members: [{ kind: "comparison" }, { kind: "text", text: "$b ? true : false" }] });
    expect(writeCondition(read)).toBe("$a = 1 and ($b ? true : false)");
    expect(readCondition("$a := 1").kind).toBe("text");
    expect(readCondition("$a > (1").kind).toBe("text");
  });

  it("takes the braces off", () => {
    expect(unwrapped("{% $a = 1 %}")).toBe("$a = 1");
    expect(readCondition("{%$a = 1%}")).toMatchObject({ field: "$a", operator: "equals" });
  });

  it("means the same as what it read, whatever the values are", async () => {
    const sources = [
      "a > 1 and b = 2 or c = 3",
      "(a > 1 or b = 2) and $not(c = 3 and a < b)",
      "a in [1, 2] or $not($exists(d)) and (b > c)",
      "$not(a = 1 or b = 2 or c = 3)",
      "a = 1 and ((b = 1 or c = 1) and (a < 3))",
      "$contains(s, /^a\\+b/) or $contains(s, 'q\"')",
      '$toMillis(t) > $toMillis("2026-01-01T00:00:00Z") and s != "x"',
    ];
    const values = [0, 1, 2, 3];
    for (const source of sources) {
      const written = writeCondition(simplified(readCondition(source)));
      for (const a of values) {
        for (const b of values) {
          for (const c of values) {
            const input = {
              a,
              b,
              c,
              s: a > 1 ? "a+b" : 'q"',
              t: b > 1 ? "2026-05-01T00:00:00Z" : "2025-05-01T00:00:00Z",
            };
            expect(await jsonata(written).evaluate(input), `${source} → ${written}`).toBe(
              await jsonata(source).evaluate(input),
            );
          }
        }
      }
    }
  });

  it("knows words that are names from words that are operators", () => {
    expect(tokenize("a.and and or")?.map((token) => token.kind)).toEqual([
      "operand",
      "operator",
      "operand",
      "operator",
      "operand",
    ]);
    expect(tokenize("a / b / c")?.filter((token) => token.kind === "operator")).toHaveLength(2);
    expect(tokenize("(a")).toBeNull();
    expect(tokenize("a ]")).toBeNull();
  });
});

describe("rows", () => {
  it("keep their value under another operator", () => {
    const row = {
      kind: "comparison",
      field: "$.a",
      operator: "equals",
      operand: { kind: "literal", value: "gold" },
    } as const;
    expect(withOperator(row, "oneOf").operand).toEqual({ kind: "list", values: ["gold"] });
    expect(withOperator(row, "isNull").operand).toEqual({ kind: "none" });
    expect(withOperator(withOperator(row, "oneOf"), "equals").operand).toEqual({ kind: "literal", value: "gold" });
  });

  it("order numbers from the start, and texts where they are written out", () => {
    const typed = (value: string, operator: Operator) =>
      withOperator({ ...newComparison("$.a"), operand: { kind: "literal", value } }, operator);
    expect(writeRule(typed("100", "greater"))).toEqual({ Variable: "$.a", NumericGreaterThan: 100 });
    expect(writeCondition({ ...typed("100", "greater"), field: "$states.input.a" })).toBe("$states.input.a > 100");
    for (const operator of ["greater", "greaterOrEqual", "less", "lessOrEqual"] as const)
      expect(typed("", operator).operand).toEqual({ kind: "literal", value: 0 });
    expect(writeRule(typed("gold", "less"))).toEqual({ Variable: "$.a", StringLessThan: "gold" });
    expect(writeRule(typed("100", "notEquals"))).toEqual({ Not: { Variable: "$.a", StringEquals: "100" } });
    expect(readRule({ Variable: "$.a", StringGreaterThan: "100" })).toMatchObject({ operand: { value: "100" } });
  });

  it("compare a field that is a number with numbers", () => {
    const row = newComparison("$.");
    expect(writeRule(withField(row, "$.amount", true))).toEqual({ Variable: "$.amount", NumericEquals: 0 });
    expect(writeRule(withField(row, "$.name", false))).toEqual({ Variable: "$.name", StringEquals: "" });
    const other = { ...row, operand: { kind: "field", path: "$.b" } } as const;
    expect(withField(other, "$.amount", true).operand).toEqual(other.operand);
  });

  it("say what is missing", () => {
    expect(
      incomplete({ kind: "comparison", field: "", operator: "isNull", operand: { kind: "none" } }, "JSONata"),
    ).toMatch(/field/);
    expect(
      incomplete(
        { kind: "comparison", field: "$.a", operator: "before", operand: { kind: "moment", value: "" } },
        "JSONata",
      ),
    ).toMatch(/date/);
    expect(incomplete({ kind: "group", join: "and", negated: false, members: [] }, "JSONata")).toMatch(/group/);
  });

  it.each([...operatorsOf("JSONPath")])("%s goes through JSONPath and back", (operator) => {
    const start = {
      kind: "comparison",
      field: "$.a",
      operator: "equals",
      operand: { kind: "literal", value: "x" },
    } as const;
    const row = withOperator(start, operator);
    const whole =
      OPERATORS[operator].takes === "moment"
        ? { ...row, operand: { kind: "moment", value: "2026-01-01T00:00:00Z" } as const }
        : row;
    expect(readRule(writeRule(whole))).toEqual(whole);
  });

  it.each([...operatorsOf("JSONata")])("%s goes through JSONata and back", (operator) => {
    const start = {
      kind: "comparison",
      field: "$a",
      operator: "equals",
      operand: { kind: "literal", value: "x" },
    } as const;
    const row = withOperator(start, operator);
    const whole =
      OPERATORS[operator].takes === "moment"
        ? { ...row, operand: { kind: "moment", value: "2026-01-01T00:00:00Z" } as const }
        : row;
    expect(readCondition(writeCondition(whole))).toEqual(whole);
  });

  it("take moments with a zone only", () => {
    expect(isMoment("2026-11-25T09:00:00Z")).toBe(true);
    expect(isMoment("2026-11-25T09:00:00.5+01:00")).toBe(true);
    expect(isMoment("2026-11-25T09:00+01:00")).toBe(false);
    expect(isMoment("2026-11-25T09:00:00")).toBe(false);
    expect(isMoment("2026-13-25T09:00:00Z")).toBe(false);
  });

  it.each(CHOICE_OPERATORS)("%s of the language is a row", (operator) => {
    const operand = operator.endsWith("Path")
      ? "$.b"
      : /^(Is|Boolean)/.test(operator)
        ? true
        : operator.startsWith("Numeric")
          ? 1
          : "2026-01-01T00:00:00Z";
    const rule = { Variable: "$.a", [operator]: operand };
    expect(readRule(rule)).toMatchObject({ kind: "comparison", field: "$.a" });
    expect(writeRule(readRule(rule))).toEqual(rule);
  });
});

describe("a whole condition that is typed into a field", () => {
  const typed = (field: string, operator: Operator = "isTrue") => {
    const found = wholeIn({ ...newComparison(field), operator, operand: { kind: "none" } });
    return found && writeCondition(found);
  };

  it.each(["$states.input.n > 3", "$a = 1 and $b = 2", "$exists($a)"])("%s is one", (text) => {
    expect(typed(text)).toBe(text);
    expect(wholeIn(newComparison(text))).not.toBeNull();
  });

  it("is not a field, and not where the row says more of it", () => {
    expect([typed("$states.input.vip"), typed("$sum(a.b)"), typed("$a > 3", "isFalse"), typed("")]).toEqual(
      Array(4).fill(null),
    );
  });
});
