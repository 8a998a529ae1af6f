/** What the engine finds of a document's triggers, by the field that it is about. Pure. */
import type { Finding } from "../../problems/problems";

/** The fields that a finding of a trigger as a whole is about. */
const FIELDS: Readonly<Record<string, string>> = {
  TRIGGER_NAME: "name",
  WEBHOOK_WITHOUT_AUTH: "auth",
  SCHEDULE_IS_OVER: "expression",
};

export interface FieldFault {
  /** What has to be mended. */
  error: string | null;
  /** What may stay and surprises. */
  warning: string | null;
}

/** By a field of the trigger at `index`: "auth", or "auth/secrets"; "" is the trigger itself. */
export type Faults = (field: string) => FieldFault;

/** A fault deeper than the fields that are asked for is said at the one that holds it. */
export function faultsOf(findings: readonly Finding[], index: number, fields: readonly string[]): Faults {
  const found = new Map<string, FieldFault>();
  const whole = `/triggers/${index}`;
  for (const { code, location, message, severity } of findings) {
    if (location !== whole && !location.startsWith(`${whole}/`)) continue;
    const field = fieldOf(location.slice(whole.length + 1) || (FIELDS[code] ?? ""), fields);
    const known = found.get(field) ?? { error: null, warning: null };
    const kind = severity === "ERROR" ? "error" : "warning";
    found.set(field, { ...known, [kind]: known[kind] === null ? message : `${known[kind]} ${message}` });
  }
  return (field) => found.get(field) ?? { error: null, warning: null };
}

/** The longest of `fields` that leads to the place. */
function fieldOf(place: string, fields: readonly string[]): string {
  const holding = fields.filter((field) => place === field || place.startsWith(`${field}/`));
  return holding.sort((one, other) => other.length - one.length)[0] ?? "";
}
