/** An action's inputs and outputs, fields by name as its ActionSpec has them, as rows of a table. */

type Schema = Record<string, unknown>;

export interface Field {
  /** `address.city`; items of an array are `lines[]`. */
  name: string;
  type: string;
  required: boolean;
  description: string;
  /** "one of a, b", "at least 1", "by default 3". */
  limits: string;
  depth: number;
}

/** The fields, those of nested objects below their parent. */
export function fieldsOf(fields: Record<string, unknown>, prefix = "", depth = 0): Field[] {
  return Object.entries(fields as Record<string, Schema>).flatMap(([name, field]) => {
    const full = prefix + name;
    const row: Field = {
      name: full,
      type: typeOf(field),
      required: field.required === true,
      description: String(field.description ?? ""),
      limits: limitsOf(field),
      depth,
    };
    return [row, ...nested(field, full, depth)];
  });
}

const DEEPEST = 4;

function nested(field: Schema, name: string, depth: number): Field[] {
  if (depth >= DEEPEST) return [];
  if (field.properties) return fieldsOf(field.properties as Schema, `${name}.`, depth + 1);
  const items = field.items as Schema | undefined;
  return items?.properties ? fieldsOf(items.properties as Schema, `${name}[].`, depth + 1) : [];
}

/** "string", "array of number", "string or null", "any JSON". */
export function typeOf(schema: Schema): string {
  const union = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (union) return [...new Set(union.map(typeOf))].join(" or ");
  const { type } = schema;
  if (Array.isArray(type)) return type.join(" or ");
  if (type === "array") return schema.items ? `array of ${typeOf(schema.items as Schema)}` : "array";
  if (typeof type === "string") return type;
  if ("const" in schema || Array.isArray(schema.enum)) return "one of";
  return "any JSON";
}

const LIMITS: readonly [string, (value: unknown) => string][] = [
  ["const", (value) => `always ${JSON.stringify(value)}`],
  ["enum", (value) => (value as unknown[]).map((each) => JSON.stringify(each)).join(", ")],
  ["minimum", (value) => `at least ${value}`],
  ["exclusiveMinimum", (value) => `over ${value}`],
  ["maximum", (value) => `at most ${value}`],
  ["exclusiveMaximum", (value) => `under ${value}`],
  ["minLength", (value) => (value === 1 ? "not empty" : `${value} characters or more`)],
  ["maxLength", (value) => `at most ${value} characters`],
  ["maxItems", (value) => `at most ${value} items`],
  ["format", (value) => String(value)],
  ["pattern", (value) => `matches ${value}`],
  ["secret", () => "a secret: name its key"],
  ["default", (value) => `by default ${JSON.stringify(value)}`],
];

function limitsOf(schema: Schema): string {
  return LIMITS.flatMap(([name, say]) => (name in schema && schema[name] !== null ? [say(schema[name])] : [])).join(
    "; ",
  );
}
