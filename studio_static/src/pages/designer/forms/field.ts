/**
 * A connector action's inputs as fields of a form: which control a field gets, and how its value is read from and
 * written to a Task's arguments in either query language.
 *
 *     "amount": 12                        literal
 *     "amount": "{% $total %}"            expression (JSONata)
 *     "amount.$": "$.total"               expression (JSONPath)
 *     "key": {"$secret": "STRIPE_KEY"}    secret
 *     (no such key)                       unset: the connector gets the default, where there is one
 */
import { isObject } from "../../../asl/pointer";
import type { Json, JsonObject, QueryLanguage } from "../../../asl/types";

type JsonType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/** One input of an action, in the words of JSON Schema (connectors.sdk.Field). */
export interface FieldSpec {
  readonly type?: JsonType | readonly JsonType[] | null;
  readonly required?: boolean;
  readonly secret?: boolean;
  readonly title?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[] | null;
  readonly format?: string | null;
  readonly minimum?: number | null;
  readonly maximum?: number | null;
  readonly minLength?: number | null;
  readonly maxLength?: number | null;
  readonly items?: FieldSpec | null;
  readonly properties?: Readonly<Record<string, FieldSpec>> | null;
}

export type Widget = "text" | "longText" | "number" | "boolean" | "choice" | "secret" | "json";

export type FieldValue =
  | { readonly kind: "unset" }
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "expression"; readonly text: string }
  | { readonly kind: "secret"; readonly key: string };

export const UNSET: FieldValue = { kind: "unset" };

const LONG = /message|body|text|description|html|prompt|query|sql|markdown/i;

/** The control that fits a field. What has no fixed type, or a structured one, is edited as JSON. */
export function widgetOf(name: string, spec: FieldSpec): Widget {
  if (spec.secret === true) return "secret";
  if (spec.enum != null && spec.enum.length > 0 && spec.enum.every((item) => typeof item === "string")) return "choice";
  const types = typesOf(spec).filter((type) => type !== "null");
  if (types.length !== 1) return "json";
  switch (types[0]) {
    case "string":
      return LONG.test(name) || spec.format === "multiline" ? "longText" : "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "json";
  }
}

function typesOf(spec: FieldSpec): readonly JsonType[] {
  if (spec.type == null) return [];
  return typeof spec.type === "string" ? [spec.type] : spec.type;
}

/** `bearer_token` → `Bearer token`; the spec's title where it has one. */
export function labelOf(name: string, spec: FieldSpec): string {
  if (spec.title !== undefined && spec.title !== "") return spec.title;
  const words = name
    .replace(/[_-]+/g, " ")
    .replace(/([a-z\d])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  const spelt = words.replace(SHORT_FORMS, (found) => found.toUpperCase());
  return spelt.charAt(0).toUpperCase() + spelt.slice(1);
}

const SHORT_FORMS = /\b(?:url|uri|json|id|arn|html|sql|http|https|api|sms)\b/gi;

const JSONATA = /^\s*\{%([\s\S]*)%\}\s*$/;

/** The expression within `{% %}`, or null for any other text. */
export function expressionIn(value: Json | undefined): string | null {
  return typeof value === "string" ? (JSONATA.exec(value)?.[1]?.trim() ?? null) : null;
}

/** The value of field `name` in `args`; under JSONPath an expression is its `twin`. */
export function readField(args: JsonObject, name: string, language: QueryLanguage, twin = `${name}.$`): FieldValue {
  if (language === "JSONPath" && Object.hasOwn(args, twin)) {
    const text = args[twin];
    return { kind: "expression", text: typeof text === "string" ? text : JSON.stringify(text ?? null) };
  }
  return Object.hasOwn(args, name) ? readValue(args[name] as Json, language) : UNSET;
}

/** `value` as a field of a form shows it. */
function readValue(value: Json, language: QueryLanguage): FieldValue {
  const expression = language === "JSONata" ? expressionIn(value) : null;
  if (expression !== null) return { kind: "expression", text: expression };
  if (isObject(value) && Object.keys(value).length === 1 && typeof value.$secret === "string") {
    return { kind: "secret", key: value.$secret };
  }
  return { kind: "literal", value };
}

/** `value` as JSON; undefined for one that is unset. Under JSONPath an expression is the text of a `name.$`. */
function writeValue(value: FieldValue, language: QueryLanguage): Json | undefined {
  switch (value.kind) {
    case "unset":
      return undefined;
    case "literal":
      return value.value;
    case "secret":
      return { $secret: value.key };
    case "expression":
      return language === "JSONata" ? `{% ${value.text} %}` : value.text;
  }
}

/** `args` with the field `name` set, in its place where it stood. */
export function writeField(
  args: JsonObject,
  name: string,
  value: FieldValue,
  language: QueryLanguage,
  twin = `${name}.$`,
): JsonObject {
  const written = writeValue(value, language);
  const key = value.kind === "expression" && language === "JSONPath" ? twin : name;
  const entries = Object.entries(args);
  const at = entries.findIndex(([known]) => known === name || known === twin);
  const others = entries.filter(([known]) => known !== name && known !== twin);
  if (written === undefined) return Object.fromEntries(others);
  others.splice(at < 0 ? others.length : at, 0, [key, written]);
  return Object.fromEntries(others);
}

/** What is wrong with a value that is written out, in words; null when nothing is, or when only a run can tell. */
export function complaint(spec: FieldSpec, value: FieldValue): string | null {
  if (value.kind === "unset") return spec.required === true ? "Required" : null;
  if (value.kind === "expression") return value.text.trim() === "" ? "The expression is empty" : null;
  if (value.kind === "secret") return value.key === "" ? "Choose a secret" : null;
  return literalComplaint(spec, value.value);
}

function literalComplaint(spec: FieldSpec, value: Json): string | null {
  const types = typesOf(spec);
  if (types.length > 0 && !types.some((type) => isOfType(value, type)))
    return `Must be ${types.map(article).join(" or ")}`;
  if (spec.enum != null && !spec.enum.some((item) => item === value)) return `Must be one of ${spec.enum.join(", ")}`;
  if (typeof value === "number") {
    if (spec.minimum != null && value < spec.minimum) return `Must be ${spec.minimum} or more`;
    if (spec.maximum != null && value > spec.maximum) return `Must be ${spec.maximum} or less`;
  }
  if (typeof value === "string") {
    if (spec.required === true && value === "") return "Required";
    if (spec.minLength != null && value.length < spec.minLength)
      return `Must have ${spec.minLength} characters or more`;
    if (spec.maxLength != null && value.length > spec.maxLength)
      return `Must have ${spec.maxLength} characters or less`;
  }
  return null;
}

function isOfType(value: Json, type: JsonType): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function article(type: JsonType): string {
  const words: Record<JsonType, string> = {
    string: "a text",
    number: "a number",
    integer: "a whole number",
    boolean: "true or false",
    object: "an object",
    array: "a list",
    null: "null",
  };
  return words[type];
}

/** The value a control begins with when a field that is unset is given one. */
export function firstValue(name: string, spec: FieldSpec): FieldValue {
  if (spec.default !== undefined && spec.default !== null) return { kind: "literal", value: spec.default };
  switch (widgetOf(name, spec)) {
    case "secret":
      return { kind: "secret", key: "" };
    case "boolean":
      return { kind: "literal", value: false };
    case "number":
      return { kind: "literal", value: spec.minimum ?? 0 };
    case "choice":
      return { kind: "literal", value: spec.enum?.[0] ?? "" };
    case "json":
      return { kind: "literal", value: firstOf(typesOf(spec)[0] ?? "object") };
    default:
      return { kind: "literal", value: "" };
  }
}

function firstOf(type: JsonType): Json {
  const values: Record<JsonType, Json> = {
    string: "",
    number: 0,
    integer: 0,
    boolean: false,
    object: {},
    array: [],
    null: null,
  };
  return values[type];
}

/** Arguments for a new Task: every required field and the first of each group of `oneOf`, the defaults left to the
 * connector; a secret by the key that it would have, such as SLACK_TOKEN, which publishing says is not there until it is. */
export function firstArguments(
  inputs: Readonly<Record<string, FieldSpec>>,
  connector: string,
  oneOf: readonly (readonly string[])[] = [],
): JsonObject {
  let args: JsonObject = {};
  for (const [name, spec] of Object.entries(inputs)) {
    if (spec.required !== true && !oneOf.some(([first]) => first === name)) continue;
    const key = `${connector}_${name}`.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
    const value: FieldValue = spec.secret === true ? { kind: "secret", key } : firstValue(name, spec);
    args = writeField(args, name, value, "JSONata");
  }
  return args;
}
