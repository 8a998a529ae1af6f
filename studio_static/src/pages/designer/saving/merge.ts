/**
 * A three-way merge of JSON documents: what they changed and what we changed since the draft both began with.
 *
 * Objects are merged by key, to any depth; everything else (arrays too: their items have no identity) is one value.
 * A value that both changed differently is a clash; a clash is never decided here.
 */
import { escapeToken, isObject, own } from "../../../asl/pointer";
import type { Json, JsonObject } from "../../../asl/types";

interface Merged {
  /** With ours at every clash. */
  readonly value: Json;
  /** JSON pointers of what both changed differently. */
  readonly clashes: readonly string[];
}

/** Whether two values are the same JSON; the order of an object's keys counts nothing. */
export const sameJson = (one: Json | undefined, other: Json | undefined): boolean => same(one, other, false);

/** Whether two values are the same text as JSON: the order of keys counts. */
export const identical = (one: Json, other: Json): boolean => same(one, other, true);

/** Edits share what they did not change, so that of a large document only the way to the change is compared. */
function same(one: Json | undefined, other: Json | undefined, inOrder: boolean): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => same(item, other[index], inOrder));
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  const others = Object.keys(other);
  return (
    keys.length === others.length &&
    keys.every(
      (key, index) =>
        (inOrder ? key === others[index] : Object.hasOwn(other, key)) && same(one[key], other[key], inOrder),
    )
  );
}

export function merge(base: Json, ours: Json, theirs: Json): Merged {
  const clashes: string[] = [];
  return { value: merged(base, ours, theirs, "", clashes) as Json, clashes };
}

function merged(
  base: Json | undefined,
  ours: Json | undefined,
  theirs: Json | undefined,
  at: string,
  clashes: string[],
): Json | undefined {
  if (sameJson(ours, theirs) || sameJson(base, theirs)) return ours;
  if (sameJson(base, ours)) return theirs;
  if (isObject(ours) && isObject(theirs)) {
    return mergedObject(isObject(base) ? base : {}, ours, theirs, at, clashes);
  }
  clashes.push(at);
  return ours;
}

function mergedObject(
  base: JsonObject,
  ours: JsonObject,
  theirs: JsonObject,
  at: string,
  clashes: string[],
): JsonObject {
  const result: [string, Json][] = [];
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const value = merged(own(base, key), own(ours, key), own(theirs, key), `${at}/${escapeToken(key)}`, clashes);
    if (value !== undefined) result.push([key, value]);
  }
  return Object.fromEntries(result);
}

/** JSON pointers of what differs, no deeper than it has to be: whole states, whole fields of the document. */
export function changedParts(before: JsonObject, after: JsonObject): string[] {
  const found: string[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [one, other] = [own(before, key), own(after, key)];
    if (sameJson(one, other)) continue;
    const deeper = key === "definition" || key === "States";
    if (deeper && isObject(one) && isObject(other)) {
      found.push(...changedParts(one, other));
    } else found.push(key);
  }
  return found;
}
