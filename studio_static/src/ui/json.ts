/** Small facts about JSON values: paths into them, how they are told in a line, what the API left out. */

export type JsonPath = readonly (string | number)[];

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `$.order.lines[0]['unit price']`: a reference path that JSONPath reads. */
export function pathText(path: JsonPath, root = "$"): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return PLAIN.test(part) ? `${text}.${part}` : `${text}['${part.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
  }, root);
}

/** "3 items", "1 field". */
export function summary(value: object): string {
  const count = Array.isArray(value) ? value.length : Object.keys(value).length;
  const noun = Array.isArray(value) ? "item" : "field";
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A value in one line, at most `length` characters. */
export function inLine(value: unknown, length = 80): string {
  const text = JSON.stringify(value) ?? "";
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

export interface TooLarge {
  bytes: number;
  href: string | null;
}

/** What the API sends in the place of a value over 256 KiB. A workflow's own value that looks like it leads nowhere else. */
export function tooLarge(value: unknown): TooLarge | null {
  if (typeof value !== "object" || value === null || !("$too_large" in value)) return null;
  const { bytes, href } = (value as { $too_large: Partial<TooLarge> | null }).$too_large ?? {};
  if (typeof bytes !== "number" || !(href === null || href?.startsWith?.("/executions/"))) return null;
  return { bytes, href };
}
