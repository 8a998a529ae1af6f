/**
 * Choice rules under JSONPath: read into the condition tree and written from it.
 *
 * The operators are those of the Amazon States Language specification ("Choice State"). A rule with a member that the
 * specification does not know, or with a shape that no row has, becomes text: its JSON.
 */

import type { Json, JsonObject } from "../../../asl/types";
import type { Compared, Comparison, Condition, Operand, Operator } from "./model";
import { scalar } from "./model";

/** What a top-level rule has besides its condition. */
const BESIDE = new Set(["Next", "Assign", "Output", "Comment"]);

const ORDERS: Readonly<Record<string, Operator>> = {
  Equals: "equals",
  LessThan: "less",
  LessThanEquals: "lessOrEqual",
  GreaterThan: "greater",
  GreaterThanEquals: "greaterOrEqual",
};

const MOMENTS: Readonly<Record<string, Operator>> = {
  Equals: "at",
  LessThan: "before",
  LessThanEquals: "beforeOrAt",
  GreaterThan: "after",
  GreaterThanEquals: "afterOrAt",
};

const TESTS: Readonly<Record<string, readonly [whenTrue: Operator, whenFalse: Operator | null]>> = {
  IsPresent: ["isPresent", "isMissing"],
  IsNull: ["isNull", "isNotNull"],
  IsString: ["isString", null],
  IsNumeric: ["isNumber", null],
  IsBoolean: ["isBoolean", null],
  IsTimestamp: ["isTimestamp", null],
};

const OPERATOR =
  /^(String|Numeric|Boolean|Timestamp)(Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)(Path)?$/;

/** The condition of a rule of a Choice state's `Choices`; what it does when it holds is left out. */
export function readRule(rule: JsonObject): Condition {
  return read(Object.fromEntries(Object.entries(rule).filter(([key]) => !BESIDE.has(key))));
}

/** `condition` as a rule's condition, to be joined with the rule's Next. */
export function writeRule(condition: Condition): JsonObject {
  switch (condition.kind) {
    case "text":
      return parsed(condition.text);
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

/** Whether `text` is the JSON of a rule, as a text leaf must be. */
export function isRuleText(text: string): boolean {
  try {
    parsed(text);
    return true;
  } catch {
    return false;
  }
}

function parsed(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("a rule is an object");
  return value as JsonObject;
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
  const operator = (kind === "Timestamp" ? MOMENTS : ORDERS)[order];
  if (operator === undefined || (kind === "Boolean" && order !== "Equals")) return null;
  if (path !== undefined)
    return typeof value === "string" ? row(operator, { kind: "field", path: value, as: kind }) : null;
  if (kind === "Boolean") {
    return typeof value === "boolean" ? row(value ? "isTrue" : "isFalse", { kind: "none" }) : null;
  }
  if (kind === "Timestamp") return typeof value === "string" ? row(operator, { kind: "moment", value }) : null;
  const fits = kind === "Numeric" ? typeof value === "number" : typeof value === "string";
  return fits ? row(operator, { kind: "literal", value }) : null;
}

function writeComparison({ field, operator, operand }: Comparison): JsonObject {
  const rule = (key: string, value: Json): JsonObject => ({ Variable: field, [key]: value });
  const literal = operand.kind === "literal" ? operand.value : "";
  switch (operator) {
    case "notEquals":
      return { Not: writeComparison({ kind: "comparison", field, operator: "equals", operand }) };
    case "isTrue":
    case "isFalse":
      return rule("BooleanEquals", operator === "isTrue");
    case "contains":
      return rule("StringMatches", `*${wildcardText(String(literal))}*`);
    case "startsWith":
      return rule("StringMatches", `${wildcardText(String(literal))}*`);
    case "endsWith":
      return rule("StringMatches", `*${wildcardText(String(literal))}`);
    case "matches":
      return rule("StringMatches", String(literal));
    case "oneOf":
      return {
        Or: (operand.kind === "list" ? operand.values : []).map((value) =>
          writeComparison({ kind: "comparison", field, operator: "equals", operand: { kind: "literal", value } }),
        ),
      };
    case "equals":
    case "less":
    case "lessOrEqual":
    case "greater":
    case "greaterOrEqual":
      return writeOrder(field, wordOf(ORDERS, operator), operand, rule);
    case "before":
    case "beforeOrAt":
    case "at":
    case "after":
    case "afterOrAt": {
      const order = wordOf(MOMENTS, operator);
      if (operand.kind === "field") return rule(`Timestamp${order}Path`, operand.path);
      return rule(`Timestamp${order}`, operand.kind === "moment" ? operand.value : "");
    }
    case "isPresent":
    case "isMissing":
      return rule("IsPresent", operator === "isPresent");
    case "isNull":
    case "isNotNull":
      return rule("IsNull", operator === "isNull");
    case "isString":
      return rule("IsString", true);
    case "isNumber":
      return rule("IsNumeric", true);
    case "isBoolean":
      return rule("IsBoolean", true);
    case "isTimestamp":
      return rule("IsTimestamp", true);
  }
}

function writeOrder(
  field: string,
  order: string,
  operand: Operand,
  rule: (key: string, value: Json) => JsonObject,
): JsonObject {
  if (operand.kind === "field") return rule(`${operand.as ?? "String"}${order}Path`, operand.path);
  const value = operand.kind === "literal" ? operand.value : "";
  if (value === null) return { Variable: field, IsNull: true };
  if (typeof value === "boolean") return { Variable: field, BooleanEquals: value };
  return rule(`${typeof value === "number" ? "Numeric" : "String"}${order}`, value);
}

function wordOf(words: Readonly<Record<string, Operator>>, operator: Operator): string {
  return Object.keys(words).find((word) => words[word] === operator) ?? "Equals";
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
  return Array.isArray(value) && value.length > 0 && value.every(isObject) ? (value as JsonObject[]) : null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
