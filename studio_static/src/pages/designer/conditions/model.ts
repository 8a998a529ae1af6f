/**
 * A condition as people build it: groups of comparisons, each "field, operator, value".
 *
 *     Choice rule (JSONPath) ─┐                       ┌─► Choice rule
 *                             ├─► Condition (a tree) ─┤
 *     {% condition %} ────────┘                       └─► {% condition %}
 *
 * Two languages are read into the tree and written from it (`jsonpath.ts`, `jsonata.ts`). What the tree has no word
 * for is kept as text, whole and unchanged: a leaf of kind "text" stands for exactly that part and no more, so that
 * one clever sub-expression does not turn the rest of a rule into text.
 */

import { isObject } from "../../../asl/pointer";
import type { Json, JsonObject, QueryLanguage } from "../../../asl/types";

/** The right side: nothing, a value written out, several, a moment with its zone, or another field. */
export type Operand =
  | { readonly kind: "none" }
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "list"; readonly values: readonly (string | number)[] }
  | { readonly kind: "moment"; readonly value: string }
  | { readonly kind: "field"; readonly path: string; readonly as?: Compared };

/** How JSONPath compares two fields; JSONata needs no such word. */
export type Compared = "String" | "Numeric" | "Boolean" | "Timestamp";

export interface Comparison {
  readonly kind: "comparison";
  readonly field: string;
  readonly operator: Operator;
  readonly operand: Operand;
}

/** Members joined by one word; `negated` is "none of the following hold" for or, "not all of them" for and. */
export interface Group {
  readonly kind: "group";
  readonly join: "and" | "or";
  readonly negated: boolean;
  readonly members: readonly Condition[];
}

/** A part the builder has no form for: a JSONata expression, or a JSONPath rule as JSON. */
export interface Text {
  readonly kind: "text";
  readonly text: string;
}

export type Condition = Comparison | Group | Text;

interface OperatorFacts {
  readonly label: string;
  /** What kind of right side it has. */
  readonly takes: "nothing" | "value" | "text" | "moment" | "list";
  readonly languages: readonly QueryLanguage[];
}

const BOTH: readonly QueryLanguage[] = ["JSONPath", "JSONata"];
const JSONPATH: readonly QueryLanguage[] = ["JSONPath"];

/** Every operator: its words, its right side, and the languages that can say it. In the order of the menu. */
export const OPERATORS = {
  equals: { label: "is", takes: "value", languages: BOTH },
  notEquals: { label: "is not", takes: "value", languages: BOTH },
  greater: { label: "is more than", takes: "value", languages: BOTH },
  greaterOrEqual: { label: "is at least", takes: "value", languages: BOTH },
  less: { label: "is less than", takes: "value", languages: BOTH },
  lessOrEqual: { label: "is at most", takes: "value", languages: BOTH },
  oneOf: { label: "is one of", takes: "list", languages: BOTH },
  isTrue: { label: "is true", takes: "nothing", languages: BOTH },
  isFalse: { label: "is false", takes: "nothing", languages: BOTH },
  contains: { label: "contains", takes: "text", languages: BOTH },
  startsWith: { label: "begins with", takes: "text", languages: BOTH },
  endsWith: { label: "ends with", takes: "text", languages: BOTH },
  matches: { label: "matches (* is anything)", takes: "text", languages: JSONPATH },
  before: { label: "is before", takes: "moment", languages: BOTH },
  beforeOrAt: { label: "is before or at", takes: "moment", languages: BOTH },
  at: { label: "is at the moment", takes: "moment", languages: BOTH },
  after: { label: "is after", takes: "moment", languages: BOTH },
  afterOrAt: { label: "is after or at", takes: "moment", languages: BOTH },
  isPresent: { label: "is present", takes: "nothing", languages: BOTH },
  isMissing: { label: "is missing", takes: "nothing", languages: BOTH },
  isNull: { label: "is null", takes: "nothing", languages: BOTH },
  isNotNull: { label: "is not null", takes: "nothing", languages: BOTH },
  isString: { label: "is a text", takes: "nothing", languages: BOTH },
  isNumber: { label: "is a number", takes: "nothing", languages: BOTH },
  isBoolean: { label: "is true or false", takes: "nothing", languages: BOTH },
  isTimestamp: { label: "is a timestamp", takes: "nothing", languages: JSONPATH },
} satisfies Record<string, OperatorFacts>;

/** What a comparison asks of its field. */
export type Operator = keyof typeof OPERATORS;

interface Order {
  /** As JSONata writes it. */
  readonly sign: string;
  /** As the States Language calls it, after the type that is compared. */
  readonly word: string;
  readonly value: Operator;
  readonly moment: Operator;
}

/** The orders, each as an operator of values and as one of moments. */
export const ORDERS: readonly Order[] = [
  { sign: "=", word: "Equals", value: "equals", moment: "at" },
  { sign: "<", word: "LessThan", value: "less", moment: "before" },
  { sign: "<=", word: "LessThanEquals", value: "lessOrEqual", moment: "beforeOrAt" },
  { sign: ">", word: "GreaterThan", value: "greater", moment: "after" },
  { sign: ">=", word: "GreaterThanEquals", value: "greaterOrEqual", moment: "afterOrAt" },
];

/** The order that `operator` is of, or undefined. */
export const orderOf = (operator: Operator): Order | undefined =>
  ORDERS.find(({ value, moment }) => operator === value || operator === moment);

/** The operators a language has, in the menu's order. */
export function operatorsOf(language: QueryLanguage): Operator[] {
  return (Object.keys(OPERATORS) as Operator[]).filter((name) => OPERATORS[name].languages.includes(language));
}

/** The comparison a new row begins as. */
export function newComparison(field: string): Comparison {
  return { kind: "comparison", field, operator: "equals", operand: { kind: "literal", value: "" } };
}

/** `comparison` of another field: what is compared with one that `isNumber` is a number, where its text can be one. */
export function withField(comparison: Comparison, field: string, isNumber: boolean): Comparison {
  return { ...comparison, field, operand: isNumber ? asNumber(comparison.operand) : comparison.operand };
}

/** What mostly compares numbers: "is more than" and its like. */
const ORDERINGS: ReadonlySet<Operator> = new Set<Operator>(["greater", "greaterOrEqual", "less", "lessOrEqual"]);

/** A text that writes a number, as that; an empty one as 0. Anything else as it is. */
function asNumber(operand: Operand): Operand {
  if (operand.kind !== "literal" || typeof operand.value !== "string") return operand;
  const value = Number(operand.value);
  return Number.isFinite(value) ? { kind: "literal", value } : operand;
}

/** `comparison` under another operator, keeping as much of its right side as the operator takes. */
export function withOperator(comparison: Comparison, operator: Operator): Comparison {
  return { ...comparison, operator, operand: operandFor(operator, comparison.operand) };
}

function operandFor(operator: Operator, old: Operand): Operand {
  switch (OPERATORS[operator].takes) {
    case "nothing":
      return { kind: "none" };
    case "value": {
      const kept: Operand =
        old.kind === "literal" || old.kind === "field" ? old : { kind: "literal", value: textOf(old) };
      return ORDERINGS.has(operator) ? asNumber(kept) : kept;
    }
    case "text":
      return { kind: "literal", value: textOf(old) };
    case "list":
      return old.kind === "list" ? old : { kind: "list", values: listOf(old) };
    case "moment":
      return old.kind === "moment" || old.kind === "field" ? old : { kind: "moment", value: momentOf(old) };
  }
}

function textOf(operand: Operand): string {
  switch (operand.kind) {
    case "literal":
      return operand.value === null ? "" : String(operand.value);
    case "list":
      return operand.values.length > 0 ? String(operand.values[0]) : "";
    case "moment":
      return operand.value;
    case "field":
    case "none":
      return "";
  }
}

function listOf(operand: Operand): (string | number)[] {
  if (operand.kind !== "literal") return [];
  const { value } = operand;
  return typeof value === "number" || (typeof value === "string" && value !== "") ? [value] : [];
}

function momentOf(operand: Operand): string {
  const text = textOf(operand);
  return isMoment(text) ? text : "";
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether `text` is an RFC 3339 timestamp as the States Language wants one: capital T, and a zone. */
export function isMoment(text: string): boolean {
  return MOMENT.test(text) && !Number.isNaN(Date.parse(text));
}

/** `condition` as a group, for a builder that always shows one: a leaf becomes its only member. */
export function asGroup(condition: Condition | null): Group {
  if (condition?.kind === "group") return condition;
  return { kind: "group", join: "and", negated: false, members: condition === null ? [] : [condition] };
}

/** The smallest tree that says the same: a group of one that is not negated is its member. */
export function simplified(condition: Condition): Condition {
  if (condition.kind !== "group") return condition;
  const members = condition.members.map(simplified);
  const only = members[0];
  if (members.length === 1 && only !== undefined && !condition.negated) return only;
  return { ...condition, members };
}

/** What is missing before the condition can be written: a sentence, or null. */
export function incomplete(condition: Condition, language: QueryLanguage): string | null {
  if (condition.kind === "text") {
    if (condition.text.trim() === "") return "An expression is empty.";
    return language === "JSONPath" && ruleIn(condition.text) === null ? "A rule kept as text is not JSON." : null;
  }
  if (condition.kind === "group") {
    if (condition.members.length === 0) return "A group has no condition.";
    return condition.members.map((member) => incomplete(member, language)).find((found) => found !== null) ?? null;
  }
  if (/^$|\.$/.test(condition.field.trim())) return "A condition has no field.";
  const { operand } = condition;
  if (operand.kind === "moment" && !isMoment(operand.value)) return `${condition.field}: the date is not complete.`;
  if (operand.kind === "list" && operand.values.length === 0) return `${condition.field}: the list is empty.`;
  if (operand.kind === "field" && /^$|\.$/.test(operand.path.trim()))
    return `${condition.field}: no field to compare with.`;
  return null;
}

/** A JSON scalar as a literal of a comparison, or null for what is not one. */
export function scalar(value: Json | undefined): string | number | boolean | null | undefined {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : undefined;
}

/** The rule whose JSON `text` is, as a text leaf under JSONPath must be; null for any other text. */
export function ruleIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
