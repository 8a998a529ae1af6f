/** The changes of a flip, made to a payload: "try it" beside each. */
import type { PastInput } from "../../api/schema";
import { isObject, type Json, type JsonObject } from "../../asl";

export interface Change {
  /** `$.order.lines[0]['unit price']` in the input, `$limit.high` in a variable. */
  readonly path: string;
  readonly to: unknown;
  readonly removed: boolean;
}

export interface Payload {
  readonly input: Json;
  readonly variables: JsonObject;
}

export const payloadOf = ({ input, variables }: PastInput): Payload => ({
  input: input as Json,
  variables: variables as JsonObject,
});

const STEP = /\.?([A-Za-z_]\w*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]/gy;

export function withChanges(payload: Payload, changes: readonly Change[]): Payload {
  return changes.reduce(withChange, payload);
}

function withChange(payload: Payload, change: Change): Payload {
  const isInput = change.path === "$" || change.path.startsWith("$.") || change.path.startsWith("$[");
  const steps = stepsOf(change.path.slice(1));
  if (isInput) return { ...payload, input: put(payload.input, steps, change) };
  return { ...payload, variables: put(payload.variables, steps, change) as JsonObject };
}

function stepsOf(text: string): (string | number)[] {
  return [...text.matchAll(STEP)].map(([, name, index, quoted]) =>
    index !== undefined ? Number(index) : (name ?? (quoted ?? "").replaceAll("\\'", "'").replaceAll("\\\\", "\\")),
  );
}

function put(value: Json | undefined, steps: readonly (string | number)[], change: Change): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return change.to as Json;
  const isLast = rest.length === 0;
  if (typeof step === "number") {
    const items = Array.isArray(value) ? [...value] : [];
    if (isLast && change.removed) items.splice(step, 1);
    else items[step] = put(items[step], rest, change);
    return items;
  }
  const members: JsonObject = value !== undefined && isObject(value) ? { ...value } : {};
  if (isLast && change.removed) delete members[step];
  else members[step] = put(members[step], rest, change);
  return members;
}
