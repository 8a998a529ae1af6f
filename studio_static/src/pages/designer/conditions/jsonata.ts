/**
 * Conditions in JSONata: cut at their top-level `or`, `and` and comparison, and written back.
 *
 * Precedence, loosest first (jsonata.org, "Operators"): `:=`, `? :` and `..`; `or`; `and`; comparisons and `in`; the
 * rest binds tighter. Both sides of a comparison may be any tighter expression, so `$sum(lines.price) > 2 * $limit`
 * is a row of the builder. Whatever is no comparison stays text.
 */

import type { Comparison, Condition, Operand, Operator } from "./model";
import { isMoment, ORDERS, orderOf } from "./model";
import { type Token, tokenize } from "./tokens";

const TYPES: Readonly<Record<string, Operator>> = { string: "isString", number: "isNumber", boolean: "isBoolean" };

const SIGNS: ReadonlySet<string> = new Set(["!=", ...ORDERS.map(({ sign }) => sign)]);

/** Operators that bind looser than `or`: an expression with one of them at its top is no condition of ours. */
const LOOSER = new Set([":=", "?", ":", "?:", "??", "..", ";", ","]);

/** The JSONata between `{%` and `%}`; text without them is taken as it is. */
export function unwrapped(text: string): string {
  const match = /^\s*\{%([\s\S]*)%\}\s*$/.exec(text);
  return (match?.[1] ?? text).trim();
}

/** JSONata as a Choice rule's Condition wants it. */
export function wrapped(expression: string): string {
  return `{% ${expression} %}`;
}

/** The condition that `source` says, with or without its `{% %}`. */
export function readCondition(source: string): Condition {
  return read(unwrapped(source));
}

/**
 * The condition that stands whole in the field of `row`, as somebody types it; null where that is no condition. A row
 * that says more than that its field holds keeps it: `(a > 3) = false` is another condition.
 */
export function wholeIn({ field, operator, operand }: Comparison): Condition | null {
  const isBare = operator === "isTrue" || (operator === "equals" && operand.kind === "literal" && operand.value === "");
  const found = isBare ? readCondition(field) : null;
  return found === null || found.kind === "text" ? null : found;
}

/** `condition` as JSONata, without `{% %}`. */
export function writeCondition(condition: Condition): string {
  switch (condition.kind) {
    case "text":
      return condition.text.trim();
    case "comparison":
      return writeComparison(condition);
    case "group": {
      const alone = condition.members.length === 1;
      const parts = condition.members.map((member) => (alone ? writeCondition(member) : bracketed(member)));
      const text = parts.join(` ${condition.join} `);
      return condition.negated ? `$not(${text})` : text;
    }
  }
}

function bracketed(member: Condition): string {
  const text = writeCondition(member);
  if (member.kind === "group" && !member.negated && member.members.length > 1) return `(${text})`;
  return member.kind === "text" && isLoose(text) ? `(${text})` : text;
}

/** Whether `text` has to stand in parentheses to be a member of `and` or `or`. */
function isLoose(text: string): boolean {
  const tokens = tokenize(text);
  if (tokens === null) return true;
  return tokens.some(
    ({ kind, depth, text: word }) =>
      kind === "operator" && depth === 0 && (LOOSER.has(word) || word === "or" || word === "and"),
  );
}

function read(source: string): Condition {
  const tokens = tokenize(source);
  const text: Condition = { kind: "text", text: source };
  if (tokens === null || tokens.some((token) => isTop(token) && LOOSER.has(token.text))) return text;
  for (const join of ["or", "and"] as const) {
    const parts = cut(source, tokens, join);
    if (parts.length > 1) {
      if (parts.some((part) => part === "")) return text;
      return { kind: "group", join, negated: false, members: parts.map(read) };
    }
  }
  const inner = enclosed(source, tokens, 0);
  if (inner !== null) return read(inner);
  return readNot(source, tokens) ?? readCall(source, tokens) ?? readComparison(source, tokens) ?? text;
}

function isTop(token: Token): boolean {
  return token.kind === "operator" && token.depth === 0;
}

/** `source` cut at the operator `word` where no bracket is open. */
function cut(source: string, tokens: readonly Token[], word: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const token of tokens) {
    if (isTop(token) && token.text === word) {
      parts.push(source.slice(from, token.start).trim());
      from = token.end;
    }
  }
  parts.push(source.slice(from).trim());
  return parts;
}

/** What the bracket at token `first` encloses, when it closes as the last token; else null. */
function enclosed(source: string, tokens: readonly Token[], first: number): string | null {
  const open = tokens[first];
  const close = tokens[tokens.length - 1];
  if (open?.text !== "(" || close?.text !== ")" || open.depth !== 0) return null;
  const closesAt = tokens.findIndex((token, index) => index > first && token.kind === "close" && token.depth === 0);
  return closesAt === tokens.length - 1 ? source.slice(open.end, close.start).trim() : null;
}

/** The arguments of `name(…)` when all of `source` is that call. */
function argumentsOf(source: string, tokens: readonly Token[], name: string): string[] | null {
  if (tokens[0]?.text !== name) return null;
  const inside = enclosed(source, tokens, 1);
  const inner = inside === null ? null : tokenize(inside);
  return inside === null || inner === null ? null : cut(inside, inner, ",");
}

function readNot(source: string, tokens: readonly Token[]): Condition | null {
  const args = argumentsOf(source, tokens, "$not");
  const only = args?.[0];
  if (args?.length !== 1 || only === undefined) return null;
  const inner = read(only);
  if (inner.kind === "comparison" && inner.operator === "isPresent") return { ...inner, operator: "isMissing" };
  if (inner.kind === "group" && !inner.negated) return { ...inner, negated: true };
  return { kind: "group", join: "and", negated: true, members: [inner] };
}

function readCall(source: string, tokens: readonly Token[]): Comparison | null {
  const present = argumentsOf(source, tokens, "$exists");
  if (present?.length === 1 && present[0] !== undefined) return comparison(present[0], "isPresent", { kind: "none" });
  const contains = argumentsOf(source, tokens, "$contains");
  const [field, sought] = contains ?? [];
  if (contains?.length !== 2 || field === undefined || sought === undefined) return null;
  const value = literalOf(sought);
  if (typeof value === "string") return comparison(field, "contains", { kind: "literal", value });
  const anchored = fromRegex(sought);
  return anchored === null ? null : comparison(field, anchored[0], { kind: "literal", value: anchored[1] });
}

function readComparison(source: string, tokens: readonly Token[]): Comparison | null {
  const found = tokens.filter((token) => isTop(token) && (SIGNS.has(token.text) || token.text === "in"));
  const [operator] = found;
  if (operator === undefined || found.length !== 1) return null;
  const left = source.slice(0, operator.start).trim();
  const right = source.slice(operator.end).trim();
  if (left === "" || right === "") return null;
  return operator.text === "in" ? readIn(left, right) : readOrder(left, operator.text, right);
}

function readIn(field: string, right: string): Comparison | null {
  const tokens = tokenize(right);
  if (tokens?.[0]?.text !== "[" || tokens[tokens.length - 1]?.text !== "]") return null;
  const inside = right.slice(1, -1);
  const inner = tokenize(inside);
  const values = inner === null ? [] : cut(inside, inner, ",").map(literalOf);
  if (values.length === 0 || !values.every((value) => typeof value === "string" || typeof value === "number"))
    return null;
  return comparison(field, "oneOf", { kind: "list", values });
}

function readOrder(left: string, word: string, right: string): Comparison | null {
  const order = ORDERS.find(({ sign }) => sign === word);
  const operator = order?.value ?? "notEquals";
  const moment = order?.moment;
  const millis = [left, right].map((side) => argumentsOf(side, tokenize(side) ?? [], "$toMillis"));
  const [from, to] = millis.map((args) => (args?.length === 1 ? args[0] : undefined));
  if (from !== undefined && to !== undefined && moment !== undefined) {
    const value = literalOf(to);
    if (typeof value !== "string") return comparison(from, moment, { kind: "field", path: to, as: "Timestamp" });
    if (isMoment(value)) return comparison(from, moment, { kind: "moment", value });
  }
  const value = literalOf(right);
  const kind = argumentsOf(left, tokenize(left) ?? [], "$type");
  if (word === "=" && typeof value === "string" && kind?.length === 1 && kind[0] !== undefined) {
    const test = TYPES[value];
    if (test !== undefined) return comparison(kind[0], test, { kind: "none" });
  }
  if (value === undefined) return comparison(left, operator, { kind: "field", path: right });
  if (value === null && (word === "=" || word === "!=")) {
    return comparison(left, word === "=" ? "isNull" : "isNotNull", { kind: "none" });
  }
  if (typeof value === "boolean" && word === "=")
    return comparison(left, value ? "isTrue" : "isFalse", { kind: "none" });
  return comparison(left, operator, { kind: "literal", value });
}

function comparison(field: string, operator: Operator, operand: Operand): Comparison {
  return { kind: "comparison", field, operator, operand };
}

function writeComparison({ field, operator, operand }: Comparison): string {
  const order = orderOf(operator);
  const other = operand.kind === "field" ? operand.path : literal(operand);
  if (order?.moment === operator) return `$toMillis(${field}) ${order.sign} $toMillis(${other})`;
  if (order !== undefined) return `${field} ${order.sign} ${other}`;
  switch (operator) {
    case "notEquals":
      return `${field} != ${other}`;
    case "oneOf":
      return `${field} in [${(operand.kind === "list" ? operand.values : []).map((item) => JSON.stringify(item)).join(", ")}]`;
    case "isTrue":
    case "isFalse":
      return `${field} = ${operator === "isTrue"}`;
    case "isNull":
      return `${field} = null`;
    case "isNotNull":
      return `${field} != null`;
    case "contains":
      return `$contains(${field}, ${literal(operand)})`;
    case "startsWith":
      return `$contains(${field}, /^${regexText(operand)}/)`;
    case "endsWith":
      return `$contains(${field}, /${regexText(operand)}$/)`;
    case "isPresent":
      return `$exists(${field})`;
    case "isMissing":
      return `$not($exists(${field}))`;
    default:
      return `$type(${field}) = "${Object.keys(TYPES).find((type) => TYPES[type] === operator) ?? "string"}"`;
  }
}

function literal(operand: Operand): string {
  if (operand.kind === "literal") return JSON.stringify(operand.value);
  return JSON.stringify(operand.kind === "moment" ? operand.value : "");
}

/** The value of a literal, or undefined for any other expression. */
function literalOf(text: string): string | number | boolean | null | undefined {
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  const tokens = tokenize(text);
  if (tokens?.length !== 1 || !/^["']/.test(text)) return undefined;
  return unquoted(text);
}

/** A JSONata string's value; its escapes are JSON's, and a quote of the other kind needs none. */
function unquoted(text: string): string | undefined {
  const inner = text.slice(1, -1);
  const body = text.startsWith("'") ? inner.replace(/\\'|"/g, (found) => (found === '"' ? '\\"' : "'")) : inner;
  try {
    return JSON.parse(`"${body}"`) as string;
  } catch {
    return undefined;
  }
}

const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

function regexText(operand: Operand): string {
  return (operand.kind === "literal" ? String(operand.value) : "").replace(SPECIAL, "\\$&");
}

/** "begins with" or "ends with" and its text, from a regular expression that says no more than that. */
function fromRegex(text: string): [Operator, string] | null {
  const match = /^\/(\^?)((?:[^\\^$.*+?()[\]{}|/]|\\[\\^$.*+?()[\]{}|/])+)(\$?)\/$/.exec(text);
  if (match === null) return null;
  const [, start, body = "", end] = match;
  const operator = start === "^" && end === "" ? "startsWith" : start === "" && end === "$" ? "endsWith" : null;
  return operator === null ? null : [operator, body.replace(/\\([\\^$.*+?()[\]{}|/])/g, "$1")];
}
