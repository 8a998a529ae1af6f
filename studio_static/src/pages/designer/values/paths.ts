/**
 * The paths into a sample value, as each query language writes them: what completion offers and what a click on a
 * sample's field inserts.
 */
import type { Json, QueryLanguage } from "../../../asl/types";

interface SamplePath {
  readonly path: string;
  readonly value: Json;
}

const MOST = 300;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `base` with one more step: `.name`, quoted where the language wants it, or `[0]`. */
export function step(base: string, key: string | number, language: QueryLanguage): string {
  if (typeof key === "number") return `${base}[${key}]`;
  if (NAME.test(key)) return `${base}.${key}`;
  return language === "JSONata" ? `${base}.\`${key}\`` : `${base}['${key.replace(/['\\]/g, "\\$&")}']`;
}

/** The root of a state's input: `$` under JSONPath, `$states.input` under JSONata. */
export function inputRoot(language: QueryLanguage): string {
  return language === "JSONata" ? "$states.input" : "$";
}

/** Every path into `value` below `root`, outer before inner; of an array the first item's. At most 300. */
export function pathsOf(value: Json, root: string, language: QueryLanguage): SamplePath[] {
  const found: SamplePath[] = [];
  const pending: SamplePath[] = [{ path: root, value }];
  for (let next = pending.shift(); next !== undefined && found.length < MOST; next = pending.shift()) {
    found.push(next);
    pending.push(...members(next, language));
  }
  return found;
}

function members({ path, value }: SamplePath, language: QueryLanguage): SamplePath[] {
  if (Array.isArray(value)) {
    const first = value[0];
    return first === undefined ? [] : [{ path: step(path, 0, language), value: first }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([key, item]) => ({ path: step(path, key, language), value: item }));
}

export interface SampleRow extends SamplePath {
  /** The last step: what is shown. */
  readonly name: string;
  readonly depth: number;
}

/** The same paths in the order of the text: a field, then what it holds. */
export function rowsOf(value: Json, root: string, language: QueryLanguage): SampleRow[] {
  const found: SampleRow[] = [];
  const visit = (at: SamplePath, name: string, depth: number): void => {
    if (found.length >= MOST) return;
    found.push({ ...at, name, depth });
    for (const inner of members(at, language))
      visit(inner, inner.path.slice(at.path.length).replace(/^\./, ""), depth + 1);
  };
  visit({ path: root, value }, root, 0);
  return found;
}

/** A value in a few characters, for the side of a list. */
export function preview(value: Json | undefined, length = 40): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `[ ${value.length} ]`;
  if (typeof value === "object" && value !== null) return `{ ${Object.keys(value).length} }`;
  const text = JSON.stringify(value);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** A sample made of a JSON Schema: defaults, examples and enums where there are any, else a value of the type. */
export function sampleOf(schema: Json, depth = 0): Json {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema) || depth > 8) return null;
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.examples) && schema.examples[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum[0] !== undefined) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "string":
      return schema.format === "date-time" ? "2026-01-01T00:00:00Z" : "text";
    case "integer":
    case "number":
      return typeof schema.minimum === "number" ? schema.minimum : 1;
    case "boolean":
      return true;
    case "array":
      return schema.items === undefined ? [] : [sampleOf(schema.items, depth + 1)];
    case "object": {
      const properties = schema.properties;
      if (typeof properties !== "object" || properties === null || Array.isArray(properties)) return {};
      return Object.fromEntries(Object.entries(properties).map(([key, item]) => [key, sampleOf(item, depth + 1)]));
    }
    default:
      return null;
  }
}
