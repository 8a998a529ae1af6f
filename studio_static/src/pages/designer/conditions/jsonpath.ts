/**
 * Choice rules under JSONPath: read into the condition tree and written from it.
 *
 * The operators are those of the Amazon States Language specification ("Choice State"). A rule with a member that the
 * specification does not know, or with a shape that no row has, becomes text: its JSON.
 */

import { isObject } from "../../../asl/pointer";
import type { Json, JsonObject } from "../../../asl/types";
import type { Compared, Comparison, Condition, Operand, Operator } from "./model";
import { ORDERS, orderOf, ruleIn, scalar } from "./model";

/** What a top-level rule has besides its condition. */
const BESIDE = new Set(["Next", "Assign", "Output", "Comment"]);

const TESTS: Readonly<Record<string, readonly [whenTrue: Operator, whenFalse: Operator | null]>> = {
  IsPresent: ["isPresent", "isMissing"],
  IsNull: ["isNull", "isNotNull"],
  IsString: ["isString", null],
  IsNumeric: ["isNumber", null],
  IsBoolean: ["isBoolean", null],
  BooleanEquals: ["isTrue", "isFalse"],
  IsTimestamp: ["isTimestamp", null],
};

const OPERATOR =
  /^(String|Numeric|Boolean|Timestamp)(Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)(Path)?$/;

/** A rule of a Choice state's `Choices` without what it does when it holds. */
export function conditionIn(rule: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(rule).filter(([key]) => !BESIDE.has(key)));
}

/** The rule with another condition, before what it does. */
export function withCondition(rule: JsonObject, condition: Condition): JsonObject {
  const beside = Object.fromEntries(Object.entries(rule).filter(([key]) => BESIDE.has(key)));
  return { ...writeRule(condition), ...beside };
}

/** The condition of a rule. */
export function readRule(rule: JsonObject): Condition {
  return read(conditionIn(rule));
}

/** `condition`, which is complete, as a rule's condition, to be joined with the rule's Next. */
export function writeRule(condition: Condition): JsonObject {
  switch (condition.kind) {
    case "text":
      return ruleIn(condition.text) ?? {};
    case "comparison":
      return writeComparison(condition);
    case "group": {
      const members = condition.members.map(writeRule);
      const only = members[0];
      if (condition.negated) {
        return { Not: members.length === 1 && only !== undefined ? only : joined(condition.join, members) };
      }
      return joined(condition.join, members);
    }
  }
}

function joined(join: "and" | "or", members: JsonObject[]): JsonObject {
  return { [join === "and" ? "And" : "Or"]: members };
}

function read(rule: JsonObject): Condition {
  const keys = Object.keys(rule);
  if (keys.length === 1) {
    const members = rules(rule.And) ?? rules(rule.Or);
    if (members !== null) {
      const several = rule.Or === undefined ? null : oneOf(members);
      return (
        several ?? {
          kind: "group",
          join: rule.Or === undefined ? "and" : "or",
          negated: false,
          members: members.map(read),
        }
      );
    }
    if (isObject(rule.Not)) return negation(read(rule.Not));
  }
  return (keys.length === 2 ? readComparison(rule) : null) ?? { kind: "text", text: JSON.stringify(rule, null, 2) };
}

function negation(inner: Condition): Condition {
  if (inner.kind === "comparison" && inner.operator === "equals") return { ...inner, operator: "notEquals" };
  if (inner.kind === "group" && !inner.negated && inner.members.length > 1) return { ...inner, negated: true };
  return { kind: "group", join: "and", negated: true, members: [inner] };
}

/** Or over equalities of one field with values written out: "is one of". */
function oneOf(members: JsonObject[]): Comparison | null {
  const values: (string | number)[] = [];
  let field: string | null = null;
  for (const member of members) {
    const found = Object.keys(member).length === 2 ? readComparison(member) : null;
    if (found?.operator !== "equals" || found.operand.kind !== "literal") return null;
    const { value } = found.operand;
    if (typeof value !== "string" && typeof value !== "number") return null;
    if (field !== null && field !== found.field) return null;
    field = found.field;
    values.push(value);
  }
  return field === null ? null : { kind: "comparison", field, operator: "oneOf", operand: { kind: "list", values } };
}

function readComparison(rule: JsonObject): Comparison | null {
  const field = rule.Variable;
  const key = Object.keys(rule).find((name) => name !== "Variable");
  if (typeof field !== "string" || key === undefined) return null;
  const value = scalar(rule[key]);
  if (value === undefined) return null;
  const row = (operator: Operator, operand: Operand): Comparison => ({ kind: "comparison", field, operator, operand });

  const test = TESTS[key];
  if (test !== undefined) {
    const operator = value === true ? test[0] : value === false ? test[1] : null;
    return operator === null ? null : row(operator, { kind: "none" });
  }
  if (key === "StringMatches") {
    if (typeof value !== "string") return null;
    const [operator, text] = fromWildcard(value);
    return row(operator, { kind: "literal", value: text });
  }
  const match = OPERATOR.exec(key);
  if (match === null) return null;
  const [, kind, order, path] = match as unknown as [string, Compared, string, string | undefined];
  const operator = ORDERS.find(({ word }) => word === order)?.[kind === "Timestamp" ? "moment" : "value"];
  if (operator === undefined || (kind === "Boolean" && order !== "Equals")) return null;
  if (path !== undefined)
    return typeof value === "string" ? row(operator, { kind: "field", path: value, as: kind }) : null;
  if (kind === "Timestamp") return typeof value === "string" ? row(operator, { kind: "moment", value }) : null;
  const fits = kind === "Numeric" ? typeof value === "number" : typeof value === "string";
  return fits ? row(operator, { kind: "literal", value }) : null;
}

function writeComparison({ field, operator, operand }: Comparison): JsonObject {
  const test = Object.entries(TESTS).find(([, answers]) => answers.includes(operator));
  if (test !== undefined) return { Variable: field, [test[0]]: operator === test[1][0] };
  const order = orderOf(operator);
  if (order !== undefined) return writeOrder(field, order.word, operator === order.moment, operand);
  if (operator === "notEquals")
    return { Not: writeComparison({ kind: "comparison", field, operator: "equals", operand }) };
  if (operator === "oneOf") {
    const values = operand.kind === "list" ? operand.values : [];
    return { Or: values.map((value) => writeOrder(field, "Equals", false, { kind: "literal", value })) };
  }
  const text = operand.kind === "literal" ? String(operand.value) : "";
  return { Variable: field, StringMatches: wildcard(operator, text) };
}

function writeOrder(field: string, word: string, ofMoments: boolean, operand: Operand): JsonObject {
  const rule = (key: string, value: Json): JsonObject => ({ Variable: field, [key]: value });
  if (operand.kind === "field")
    return rule(`${ofMoments ? "Timestamp" : (operand.as ?? "String")}${word}Path`, operand.path);
  if (ofMoments) return rule(`Timestamp${word}`, operand.kind === "moment" ? operand.value : "");
  const value = operand.kind === "literal" ? operand.value : "";
  if (value === null) return rule("IsNull", true);
  if (typeof value === "boolean") return rule("BooleanEquals", value);
  return rule(`${typeof value === "number" ? "Numeric" : "String"}${word}`, value);
}

/** The pattern of StringMatches that says what `operator` asks of a text. */
function wildcard(operator: Operator, text: string): string {
  if (operator === "matches") return text;
  const start = operator === "startsWith" ? "" : "*";
  const end = operator === "endsWith" ? "" : "*";
  return `${start}${wildcardText(text)}${end}`;
}

/** `text` within a pattern of StringMatches: `*` and `\` stand for themselves. */
function wildcardText(text: string): string {
  return text.replace(/[\\*]/g, "\\$&");
}

/** The plainest operator a pattern of StringMatches can be said with, and its text. */
function fromWildcard(pattern: string): [Operator, string] {
  const first = pattern.startsWith("*");
  const last = pattern.length > 1 && /(^|[^\\])(\\\\)*\*$/.test(pattern);
  const inner = pattern.slice(first ? 1 : 0, last ? -1 : undefined);
  const plain = inner !== "" && /^(?:[^\\*]|\\[\\*])*$/.test(inner);
  if (plain && (first || last)) {
    const text = inner.replace(/\\([\\*])/g, "$1");
    return [first && last ? "contains" : first ? "endsWith" : "startsWith", text];
  }
  return ["matches", pattern];
}

function rules(value: Json | undefined): JsonObject[] | null {
  return Array.isArray(value) && value.length > 0 && value.every(isObject) ? value : null;
}
