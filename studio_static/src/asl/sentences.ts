/**
 * Rules, waits and retries in words: "order.total > 10000", "2 s, 4 s, 8 s".
 *
 * A sentence is for reading. It shortens what every reader knows (`$.`, `$states.input.`) and hides nothing else.
 */
import { RETRY_DEFAULTS } from "../facts";
import { isObject, own } from "./pointer";
import type { Json, JsonObject, StateObject } from "./types";

/** How a JSONPath operator of a Choice rule reads, without its type's prefix and without `Path`. */
const COMPARISONS: ReadonlyMap<string, string> = new Map([
  ["Equals", "="],
  ["LessThan", "<"],
  ["LessThanEquals", "≤"],
  ["GreaterThan", ">"],
  ["GreaterThanEquals", "≥"],
  ["Matches", "matches"],
]);
const TYPED = /^(String|Numeric|Boolean|Timestamp)(.+?)(Path)?$/;
const PRESENCE: ReadonlyMap<string, [string, string]> = new Map([
  ["IsPresent", ["is present", "is absent"]],
  ["IsNull", ["is null", "is not null"]],
  ["IsString", ["is text", "is not text"]],
  ["IsNumeric", ["is a number", "is not a number"]],
  ["IsBoolean", ["is true or false", "is not true or false"]],
  ["IsTimestamp", ["is a time", "is not a time"]],
]);

/** `$.order.total` → `order.total`; the whole input reads `input`. */
export function shortPath(path: string): string {
  if (path === "$" || path === "$states.input") return "input";
  return path.replace(/^\$states\.input\./, "").replace(/^\$\./, "");
}

/** A JSONata expression without its braces, shortened. */
export function shortExpression(text: string): string {
  const inner = text.replace(/^\s*\{%\s*/, "").replace(/\s*%\}\s*$/, "");
  return inner.replaceAll("$states.input.", "").replace(/\s+/g, " ");
}

const isExpression = (text: string): boolean => /^\s*\{%[\s\S]*%\}\s*$/.test(text);

/** One value for a reader: an expression shortened, text in quotes, the rest as JSON. */
function shortValue(value: Json | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string" && isExpression(value)) return shortExpression(value);
  return JSON.stringify(value);
}

/** A Choice rule (JSONata's Condition, or JSONPath's comparisons with And, Or and Not) as one sentence. */
export function ruleSentence(rule: JsonObject): string {
  const condition = own(rule, "Condition");
  if (condition !== undefined)
    return typeof condition === "string" ? shortExpression(condition) : shortValue(condition);
  return comparison(rule, false);
}

function comparison(rule: JsonObject, inner: boolean): string {
  for (const [key, word] of [
    ["And", "and"],
    ["Or", "or"],
  ] as const) {
    const parts = own(rule, key);
    if (!Array.isArray(parts)) continue;
    const text = parts.map((part) => (isObject(part) ? comparison(part, true) : "?")).join(` ${word} `);
    return inner && parts.length > 1 ? `(${text})` : text || "?";
  }
  const not = own(rule, "Not");
  if (isObject(not))
    return `not ${own(not, "And") || own(not, "Or") ? comparison(not, true) : `(${comparison(not, true)})`}`;
  const variable = own(rule, "Variable");
  const subject = typeof variable === "string" ? shortPath(variable) : "?";
  const operator = Object.keys(rule).find((key) => PRESENCE.has(key) || TYPED.test(key));
  return operator === undefined ? `${subject} ?` : `${subject} ${operation(operator, own(rule, operator))}`;
}

function operation(operator: string, operand: Json | undefined): string {
  const presence = PRESENCE.get(operator);
  if (presence !== undefined) return presence[operand === false ? 1 : 0];
  const [, type = "", name = "", path] = TYPED.exec(operator) ?? [];
  if (type === "Boolean" && path === undefined && typeof operand === "boolean") return operand ? "is true" : "is false";
  const symbol =
    type === "Timestamp" && name.startsWith("Less")
      ? symbolOfTime("before", name)
      : type === "Timestamp" && name.startsWith("Greater")
        ? symbolOfTime("after", name)
        : (COMPARISONS.get(name) ?? name);
  const value =
    path !== undefined && typeof operand === "string"
      ? shortPath(operand)
      : type === "Timestamp" && typeof operand === "string"
        ? operand
        : shortValue(operand);
  return `${symbol} ${value}`;
}

const symbolOfTime = (word: string, name: string): string => (name.endsWith("Equals") ? `at or ${word}` : word);

/** 0.5 → `0.5 s`, 90 → `1 min 30 s`, 259200 → `3 d`. */
function durationWords(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 60) return `${Number(seconds.toFixed(2))} s`;
  const parts: string[] = [];
  let left = Math.round(seconds);
  for (const [size, unit] of [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    left -= count * size;
  }
  return parts.slice(0, 2).join(" ");
}

const MOST_DELAYS = 1000;

/** The number a field has, or ASL's default; undefined where it is an expression. */
function numberOr(object: JsonObject, key: keyof typeof RETRY_DEFAULTS | "MaxDelaySeconds"): number | undefined {
  const value = own(object, key);
  if (value === undefined) return key === "MaxDelaySeconds" ? Number.POSITIVE_INFINITY : RETRY_DEFAULTS[key];
  return typeof value === "number" ? value : undefined;
}

/**
 * The waits before each attempt after the first, in seconds: IntervalSeconds × BackoffRateⁿ, at most MaxDelaySeconds,
 * MaxAttempts of them, at most 1,000. Null where a field is an expression.
 */
export function retryDelays(retrier: JsonObject): number[] | null {
  const interval = numberOr(retrier, "IntervalSeconds");
  const attempts = numberOr(retrier, "MaxAttempts");
  const rate = numberOr(retrier, "BackoffRate");
  const ceiling = numberOr(retrier, "MaxDelaySeconds");
  if (interval === undefined || attempts === undefined || rate === undefined || ceiling === undefined) return null;
  return Array.from({ length: Math.min(Math.max(0, attempts), MOST_DELAYS) }, (_, n) =>
    Math.min(interval * rate ** n, ceiling),
  );
}

/** The timetable of a retrier: `2 s, 4 s, 8 s`; with jitter `up to 2 s, …`; long ones shortened. */
export function retryTimetable(retrier: JsonObject): string {
  const delays = retryDelays(retrier);
  if (delays === null) return "times from an expression";
  if (delays.length === 0) return "never";
  const shown = delays.length > 5 ? delays.slice(0, 4) : delays;
  const words = shown.map(durationWords).join(", ");
  const rest = delays.length > 5 ? `, … ${delays.length} times` : "";
  return `${own(retrier, "JitterStrategy") === "FULL" ? "up to " : ""}${words}${rest}`;
}

/** The error names of a retrier or catcher for a reader: `any error`, `States.Timeout`, `A, B`. */
export function errorWords(object: JsonObject): string {
  const names = own(object, "ErrorEquals");
  const list = Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [];
  if (list.length === 0) return "no error named";
  return list.map((name) => (name === "States.ALL" ? "any error" : name)).join(", ");
}

/** What a Wait waits for: `1 s`, `until 2026-12-24T00:00:00Z`, `order.delay seconds`. */
export function waitSentence(state: StateObject): string {
  const seconds = own(state, "Seconds");
  if (typeof seconds === "number") return durationWords(seconds);
  if (typeof seconds === "string") return `${shortExpression(seconds)} seconds`;
  const secondsPath = own(state, "SecondsPath");
  if (typeof secondsPath === "string") return `${shortPath(secondsPath)} seconds`;
  const timestamp = own(state, "Timestamp");
  if (typeof timestamp === "string") return `until ${shortExpression(timestamp)}`;
  const path = own(state, "TimestampPath");
  return typeof path === "string" ? `until ${shortPath(path)}` : "no time set";
}
