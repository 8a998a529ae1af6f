/**
 * Safe fixes of diagnostics: a fix changes only the place that the diagnostic is about, and its label says to what.
 * Where it takes a person to know what was meant, there is none.
 */

import { freeName } from "../../../asl/names";
import {
  changeAt,
  isObject,
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
    case "NO_DEFAULT":
      return place.state === null ? [] : [addOtherwise(place.state)];
    case "MISSING_END_STATE":
      return [];
    default:
      return shapeFixes(definition, found.message, place);
  }
}

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
  if (near !== null) {
    fixes.push({
      label: field === "StartAt" ? `Start at “${near}”` : `Go to “${near}”`,
      apply: (whole) => changeAt(whole, place.pointer, () => near),
    });
  }
  if (wanted !== "" && !stateNames(definition).has(wanted)) {
    fixes.push({
      label: `Add a state “${wanted}”`,
      apply: (whole) =>
        changeAt(whole, pointerOf([...tokensOf(inside), "States"]), (states) =>
          isObject(states) ? withEntry(states, wanted, { Type: "Pass", End: true }) : states,
        ),
    });
  }
  return fixes;
}

/** The scope whose StartAt is at fault: a branch's pointer, not that of the state around it. */
function startScope(definition: Definition, place: Place, fallback: string): string {
  if (!place.pointer.endsWith("/StartAt")) return fallback;
  const scope = place.pointer.slice(0, -"/StartAt".length);
  return isObject(valueAt(definition, scope) ?? null) ? scope : fallback;
}

function scopeOfField(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf("/")));
}

function resourceFixes(definition: Definition, place: Place, resources: Iterable<string>): Fix[] {
  const value = valueAt(definition, place.pointer);
  if (typeof value !== "string") return [];
  const near = nearest(value, resources);
  return near === null ? [] : [{ label: `Use ${near}`, apply: (whole) => changeAt(whole, place.pointer, () => near) }];
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
  const onObject = (label: string, change: (object: JsonObject) => JsonObject): Fix => ({
    label,
    apply: (whole) => changeAt(whole, place.pointer, (found) => (isObject(found) ? change(found) : found)),
  });
  if (message === "Exactly one of these fields is required: [Next, End]" && isObject(value ?? null)) {
    return [onObject("End here", (state) => withEntry(withoutEntry(state, "Next"), "End", true))];
  }
  if (message === "There should only be one of the following fields: [Next, End]") {
    const next = own(value as StateObject, "Next");
    return [
      onObject(`Go to “${String(next)}”`, (state) => withoutEntry(state, "End")),
      onObject("End here", (state) => withoutEntry(state, "Next")),
    ];
  }
  if (/^Field '.*' is not supported$|^The QueryLanguage is set to /.test(message) && place.pointer !== "")
    return unknownField(definition, message, place);
  const bound = /^(?:Minimum|Maximum) value is (\d+)(?:\.0)?$/.exec(message)?.[1];
  if (bound !== undefined) {
    return [{ label: `Set it to ${bound}`, apply: (whole) => changeAt(whole, place.pointer, () => Number(bound)) }];
  }
  const allowed = /should have one of these values: \[(.*)\]$/.exec(message)?.[1]?.split(", ");
  if (allowed !== undefined && typeof value === "string") {
    const near = nearest(value, allowed);
    return near === null
      ? []
      : [{ label: `Set it to ${near}`, apply: (whole) => changeAt(whole, place.pointer, () => near) }];
  }
  if (message === "Array must have at least one item" && ["Retry", "Catch"].includes(place.field)) {
    return [removal(place)];
  }
  return [];
}

const STATE_FIELDS = [
  "Type",
  "Comment",
  "QueryLanguage",
  "Next",
  "End",
  "InputPath",
  "OutputPath",
  "ResultPath",
  "Parameters",
  "ResultSelector",
  "Arguments",
  "Output",
  "Assign",
  "Resource",
  "TimeoutSeconds",
  "TimeoutSecondsPath",
  "HeartbeatSeconds",
  "HeartbeatSecondsPath",
  "Retry",
  "Catch",
  "Credentials",
  "Choices",
  "Default",
  "Seconds",
  "SecondsPath",
  "Timestamp",
  "TimestampPath",
  "Result",
  "Error",
  "ErrorPath",
  "Cause",
  "CausePath",
  "Branches",
  "ItemProcessor",
  "ItemReader",
  "ItemSelector",
  "ItemBatcher",
  "ResultWriter",
  "Items",
  "ItemsPath",
  "MaxConcurrency",
  "MaxConcurrencyPath",
  "ToleratedFailurePercentage",
  "ToleratedFailureCount",
  "Label",
] as const;

/** A misspelt field is renamed to the known one where that is free; any other is removed, which its label says. */
function unknownField(definition: Definition, message: string, place: Place): Fix[] {
  const name = tokensOf(place.pointer).at(-1) ?? "";
  const owner = pointerOf(tokensOf(place.pointer).slice(0, -1));
  const around = valueAt(definition, owner);
  const near = message.includes("QueryLanguage") || owner !== place.state ? null : nearest(name, STATE_FIELDS);
  if (near === null || !isObject(around ?? null) || Object.hasOwn(around as JsonObject, near)) return [removal(place)];
  const rename = (object: Json): Json =>
    isObject(object)
      ? Object.fromEntries(Object.entries(object).map(([key, value]) => [key === name ? near : key, value]))
      : object;
  return [{ label: `Rename it to ${near}`, apply: (whole) => changeAt(whole, owner, rename) }, removal(place)];
}

function removal(place: Place): Fix {
  const tokens = tokensOf(place.pointer);
  const name = tokens.at(-1) ?? "";
  const owner = pointerOf(tokens.slice(0, -1));
  return {
    label: `Remove ${name}`,
    apply: (whole) => changeAt(whole, owner, (found) => (isObject(found) ? withoutEntry(found, name) : found)),
  };
}
