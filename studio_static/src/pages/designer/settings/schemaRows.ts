/** The fields of an object's JSON Schema as rows. What a row does not speak of (formats, bounds, nesting) stays. */
import { isObject, own, withEntry, withoutEntry } from "../../../asl/pointer";
import type { JsonObject } from "../../../asl/types";

export interface FieldRow {
  readonly name: string;
  /** A JSON type; "" for any, or for several. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

export function rowsOf(schema: JsonObject): FieldRow[] {
  const required = requiredOf(schema);
  return Object.entries(propertiesOf(schema)).map(([name, found]) => {
    const field = isObject(found) ? found : {};
    const { type, description } = field;
    return {
      name,
      type: typeof type === "string" ? type : "",
      required: required.includes(name),
      description: typeof description === "string" ? description : "",
    };
  });
}

/** A schema of just these fields. */
export function schemaOf(rows: readonly FieldRow[]): JsonObject {
  return rows.reduce<JsonObject>((schema, row) => withRow(schema, row), { type: "object", properties: {} });
}

/** The schema with the row's field changed, or added. */
export function withRow(schema: JsonObject, row: FieldRow): JsonObject {
  const properties = propertiesOf(schema);
  const old = own(properties, row.name);
  let field = isObject(old) ? old : {};
  if (row.type !== "") field = withEntry(field, "type", row.type);
  else if (typeof field.type === "string") field = withoutEntry(field, "type");
  field =
    row.description === "" ? withoutEntry(field, "description") : withEntry(field, "description", row.description);
  return withRequired(withEntry(schema, "properties", withEntry(properties, row.name, field)), row.name, row.required);
}

export function withoutRow(schema: JsonObject, name: string): JsonObject {
  return withRequired(withEntry(schema, "properties", withoutEntry(propertiesOf(schema), name)), name, false);
}

function withRequired(schema: JsonObject, name: string, isRequired: boolean): JsonObject {
  const old = requiredOf(schema);
  if (old.includes(name) === isRequired) return schema;
  const next = isRequired ? [...old, name] : old.filter((each) => each !== name);
  return next.length === 0 ? withoutEntry(schema, "required") : withEntry(schema, "required", next);
}

function propertiesOf(schema: JsonObject): JsonObject {
  const found = own(schema, "properties");
  return isObject(found) ? found : {};
}

function requiredOf(schema: JsonObject): string[] {
  const found = own(schema, "required");
  return Array.isArray(found) ? found.filter((each): each is string => typeof each === "string") : [];
}
