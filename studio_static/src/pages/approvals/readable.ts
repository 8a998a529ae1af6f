/** Whether the details of a question can be read as names and values, or are JSON. Pure. */

export type Scalar = string | number | boolean | null;

const MOST_DEEP = 3;
const MOST_VALUES = 60;

export const isScalar = (value: unknown): value is Scalar => value === null || typeof value !== "object";

/** Objects and lists of few values, not deeply nested; what the API left out of a large one is none. */
export const isReadable = (value: unknown): boolean => !isScalar(value) && valuesIn(value, 0) <= MOST_VALUES;

function valuesIn(value: unknown, deep: number): number {
  if (isScalar(value)) return 1;
  const members = Object.entries(value as object);
  if (deep === MOST_DEEP || members.length > MOST_VALUES || members.some(([name]) => name.startsWith("$"))) {
    return Number.POSITIVE_INFINITY;
  }
  return members.reduce((sum, [, member]) => sum + valuesIn(member, deep + 1), 0);
}

export function scalarWords(value: Scalar): string {
  if (value === null || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

/** Where a text leads that is nothing but a web address. */
export const addressIn = (value: Scalar): string | null =>
  typeof value === "string" && /^https?:\/\/[^\s]+$/.test(value) ? value : null;

/** "role:publisher", as a step names it, in words. A person stands for themselves. */
export const approverWords = (approver: string): string => approver.replace(/^role:/, "the role ");
