/**
 * Safe fixes of diagnostics: a fix changes only the place that the diagnostic is about, and its label says to what.
 * Where it takes a person to know what was meant, there is none.
 */

import { freeName } from "../../../asl/names";
import {
  changeAt,
  isObject,
  mapEntries,
  own,
  pointerOf,
  scopeOf,
  tokensOf,
  valueAt,
  withEntry,
  withoutEntry,
} from "../../../asl/pointer";
import type { Definition, Json, JsonObject, StateObject, StatePointer } from "../../../asl/types";
import { findScope, stateNames } from "../../../asl/walk";
import { STATE_FIELDS } from "../../../facts";
import type { Place } from "./location";
import { nearest } from "./nearest";

export interface Fix {
  readonly label: string;
  readonly apply: (definition: Definition) => Definition;
}

export interface Found {
  readonly code: string;
  readonly message: string;
}

/** What the engine's diagnostic can be mended with, the most probable first. */
export function fixesOf(definition: Definition, found: Found, place: Place, resources: Iterable<string> = []): Fix[] {
  switch (found.code) {
    case "MISSING_TRANSITION_TARGET":
      return targetFixes(definition, found.message, place);
    case "UNKNOWN_RESOURCE":
      return resourceFixes(definition, place, resources);
    case "COMPARISON_NEVER_HOLDS":
      return comparisonFixes(definition, found.message, place);
    case "VARIABLE_NOT_ASSIGNED":
    case "UNKNOWN_FUNCTION":
      return nameFixes(definition, found.message, place);
    case "NO_DEFAULT":
      return place.state === null ? [] : [addOtherwise(place.state)];
    case "MISSING_END_STATE":
      return [];
    default:
      return shapeFixes(definition, found.message, place);
  }
}

/** Another value at the place. */
const put = (label: string, { pointer }: Place, value: Json): Fix => ({
  label,
  apply: (whole) => changeAt(whole, pointer, () => value),
});

/** A change of the object at `pointer`. */
const onObject = (label: string, pointer: string, change: (object: JsonObject) => JsonObject): Fix => ({
  label,
  apply: (whole) => changeAt(whole, pointer, (found) => (isObject(found) ? change(found) : found)),
});

function targetFixes(definition: Definition, message: string, place: Place): Fix[] {
  const target = /^Missing '(\w+)' target: ([\s\S]*)$/.exec(message);
  if (target === null) return [];
  const [, field = "Next", wanted = ""] = target;
  const scope = place.state === null ? scopeOfField(place.pointer) : scopeOf(place.state);
  const inside = startScope(definition, place, scope);
  const names = Object.keys(findScope(definition, inside).states);
  const own = place.state === null ? null : tokensOf(place.state).at(-1);
  const near =
    nearest(
      wanted,
      names.filter((name) => name !== own),
    ) ?? (field === "StartAt" ? (names[0] ?? null) : null);
  const fixes: Fix[] = [];
  if (near !== null) fixes.push(put(field === "StartAt" ? `Start at “${near}”` : `Go to “${near}”`, place, near));
  if (wanted !== "" && !stateNames(definition).has(wanted)) {
    const added = { Type: "Pass", End: true };
    fixes.push(onObject(`Add a state “${wanted}”`, `${inside}/States`, (states) => withEntry(states, wanted, added)));
  }
  return fixes;
}

/** The scope whose StartAt is at fault: a branch's pointer, not that of the state around it. */
function startScope(definition: Definition, place: Place, fallback: string): string {
  if (!place.pointer.endsWith("/StartAt")) return fallback;
  const scope = place.pointer.slice(0, -"/StartAt".length);
  return isObject(valueAt(definition, scope)) ? scope : fallback;
}

function scopeOfField(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf("/")));
}

function resourceFixes(definition: Definition, place: Place, resources: Iterable<string>): Fix[] {
  const value = valueAt(definition, place.pointer);
  if (typeof value !== "string") return [];
  const near = nearest(value, resources);
  return near === null ? [] : [put(`Use ${near}`, place, near)];
}

/** The comparison as the engine says to write it: another operator of a rule, or another part of a condition. */
function comparisonFixes(definition: Definition, message: string, place: Place): Fix[] {
  const [, operator, operand] = /Write "(\w+)": (.+) instead$/s.exec(message) ?? [];
  if (operator !== undefined && operand !== undefined) {
    const tokens = tokensOf(place.pointer);
    const rewritten = (rule: JsonObject): JsonObject =>
      mapEntries(rule, (key, value) =>
        key === tokens.at(-1) ? [operator, JSON.parse(operand) as Json] : [key, value],
      );
    return [onObject(`Write ${operator}: ${operand}`, pointerOf(tokens.slice(0, -1)), rewritten)];
  }
  const [, better, written] = /Write (.+) instead of (.+)$/s.exec(message) ?? [];
  const condition = valueAt(definition, place.pointer);
  if (better === undefined || written === undefined || typeof condition !== "string") return [];
  return condition.includes(written)
    ? [
        put(
          `Write ${better}`,
          place,
          condition.replace(written, () => better),
        ),
      ]
    : [];
}

/** The variable or function that was probably meant, wherever the expression has the other one. */
function nameFixes(definition: Definition, message: string, place: Place): Fix[] {
  const [, meant] = /[Dd]id you mean (\$\w+)\?$/.exec(message) ?? [];
  const [, written] = /(?:reads|no function) (\$\w+)/.exec(message) ?? [];
  const expression = valueAt(definition, place.pointer);
  if (meant === undefined || written === undefined || typeof expression !== "string") return [];
  const whole = new RegExp(`\\${written}(?!\\w)`, "g");
  return [
    put(
      `Use ${meant}`,
      place,
      expression.replace(whole, () => meant),
    ),
  ];
}

function addOtherwise(state: StatePointer): Fix {
  return {
    label: "Add an otherwise that fails",
    apply: (definition) => {
      const scope = scopeOf(state);
      const name = freeName("No Rule Matched", stateNames(definition));
      const withFail = changeAt(definition, `${scope}/States`, (states) =>
        isObject(states)
          ? withEntry(states, name, { Type: "Fail", Error: "NoRuleMatched", Cause: "No rule of the choice matched." })
          : states,
      );
      return changeAt(withFail, state, (value) => (isObject(value) ? withEntry(value, "Default", name) : value));
    },
  };
}

function shapeFixes(definition: Definition, message: string, place: Place): Fix[] {
  const value = valueAt(definition, place.pointer);
  const here = place.pointer;
  if (message === "Exactly one of these fields is required: [Next, End]" && isObject(value)) {
    return [onObject("End here", here, (state) => withEntry(withoutEntry(state, "Next"), "End", true))];
  }
  if (message === "There should only be one of the following fields: [Next, End]") {
    const next = own(value as StateObject, "Next");
    return [
      onObject(`Go to “${String(next)}”`, here, (state) => withoutEntry(state, "End")),
      onObject("End here", here, (state) => withoutEntry(state, "Next")),
    ];
  }
  if (/^Field '.*' is not supported$|^The QueryLanguage is set to /.test(message) && place.pointer !== "")
    return unknownField(definition, message, place);
  const bound = /^(?:Minimum|Maximum) value is (\d+)(?:\.0)?$/.exec(message)?.[1];
  if (bound !== undefined) {
    return [put(`Set it to ${bound}`, place, Number(bound))];
  }
  const allowed = /should have one of these values: \[(.*)\]$/.exec(message)?.[1]?.split(", ");
  if (allowed !== undefined && typeof value === "string") {
    const near = nearest(value, allowed);
    return near === null ? [] : [put(`Set it to ${near}`, place, near)];
  }
  if (message === "Array must have at least one item" && ["Retry", "Catch"].includes(place.field)) {
    return [removal(place)];
  }
  return [];
}

/** The fields that states of any type have. */
const KNOWN_FIELDS = new Set(Object.values(STATE_FIELDS).flatMap(({ JSONPath, JSONata }) => [...JSONPath, ...JSONata]));

/** A misspelt field is renamed to the known one where that is free; any other is removed, which its label says. */
function unknownField(definition: Definition, message: string, place: Place): Fix[] {
  const name = tokensOf(place.pointer).at(-1) ?? "";
  const owner = pointerOf(tokensOf(place.pointer).slice(0, -1));
  const around = valueAt(definition, owner);
  const near = message.includes("QueryLanguage") || owner !== place.state ? null : nearest(name, KNOWN_FIELDS);
  if (near === null || !isObject(around) || Object.hasOwn(around, near)) return [removal(place)];
  const renamed = (object: JsonObject): JsonObject =>
    mapEntries(object, (key, value) => [key === name ? near : key, value]);
  return [onObject(`Rename it to ${near}`, owner, renamed), removal(place)];
}

function removal(place: Place): Fix {
  const tokens = tokensOf(place.pointer);
  const name = tokens.at(-1) ?? "";
  const owner = pointerOf(tokens.slice(0, -1));
  return onObject(`Remove ${name}`, owner, (found) => withoutEntry(found, name));
}
