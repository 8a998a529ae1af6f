/**
 * Problems as the page shows them: the engine's diagnostics (the truth, asked of the server) and the page's own advice
 * (at once, about what runs but surprises), each with its place and its fixes.
 */

import { edgeId, isObject, nameOf, own, tokensOf } from "../../../asl/pointer";
import type { Definition, EdgeId } from "../../../asl/types";
import { typeOf, walk } from "../../../asl/walk";
import type { Mark } from "../../../canvas/model";
import { type Fix, fixesOf } from "./fixes";
import { type Place, placeOf } from "./location";

/** A finding of `POST /definitions/validate`. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly location: string;
  readonly severity: string;
}

export type Severity = "error" | "warning" | "advice";

export interface Problem extends Place {
  /** Stable while the problem stays: code and place. */
  readonly id: string;
  readonly code: string;
  readonly message: string;
  readonly severity: Severity;
  readonly fixes: readonly Fix[];
  /** The engine's own words for the place, which the API knows the finding by; none of the page's own advice. */
  readonly location?: string;
}

/** Everything to show for `definition`, errors first, then in the order of the definition. */
export function problemsOf(
  definition: Definition,
  findings: readonly Finding[],
  resources: readonly string[] = [],
): Problem[] {
  const fromEngine = findings.map((found) =>
    problem(definition, found, found.severity === "ERROR" ? "error" : "warning", resources),
  );
  const order: Record<Severity, number> = { error: 0, warning: 1, advice: 2 };
  return [...fromEngine, ...advice(definition)].sort((one, other) => order[one.severity] - order[other.severity]);
}

function problem(definition: Definition, found: Finding, severity: Severity, resources: readonly string[]): Problem {
  const place = placeOf(definition, found.location);
  return {
    ...place,
    id: `${found.code} ${found.location} ${found.message}`,
    code: found.code,
    message: found.message,
    location: found.location,
    severity,
    fixes: fixesOf(definition, found, place, resources),
  };
}

/** What is allowed and still surprises whoever runs it. */
export function advice(definition: Definition): Problem[] {
  const found: Problem[] = [];
  for (const { pointer, state } of walk(definition)) {
    if (typeOf(state) === "Choice" && own(state, "Default") === undefined) {
      const place: Place = { pointer, state: pointer, field: "Default" };
      const message = "No otherwise: when no rule holds, the execution fails with States.NoChoiceMatched.";
      found.push({
        ...place,
        id: `NO_DEFAULT ${pointer}`,
        code: "NO_DEFAULT",
        message,
        severity: "advice",
        fixes: fixesOf(definition, { code: "NO_DEFAULT", message }, place),
      });
    }
  }
  return found;
}

/**
 * The marks of problems on the canvas, by place: the worst of each, with what all of them say. Problems for which
 * `placeOf` knows no place, and advice alone, have none.
 */
export function marksOf(
  problems: readonly Problem[],
  placeOf: (found: Problem) => string | null,
): Readonly<Record<string, Mark>> {
  const marks: Record<string, Mark> = {};
  for (const found of problems) {
    const place = placeOf(found);
    if (place === null) continue;
    const known = marks[place];
    if (known !== undefined) marks[place] = { ...known, text: `${known.text} ${found.message}` };
    else if (found.severity !== "advice") marks[place] = { level: found.severity, text: found.message };
  }
  return marks;
}

/** The line of the rule or of the catcher that a problem is in; null for one elsewhere. */
export function lineOf({ state, pointer }: Problem): EdgeId | null {
  const [, list, index] = /^\/(Choices|Catch)\/(\d+)/.exec(pointer.slice(state?.length ?? 0)) ?? [];
  if (state === null || index === undefined) return null;
  return edgeId(state, list === "Choices" ? `choice/${Number(index)}` : `catch/${Number(index)}`);
}

/** Where a problem is, in words: "Charge · Retry". */
export function whereOf(found: Problem): string {
  const [, trigger, field] = /^\/triggers\/(\d+)(?:\/(.+))?$/.exec(found.location ?? "") ?? [];
  if (trigger !== undefined) return `Trigger ${Number(trigger) + 1}${field === undefined ? "" : ` · ${field}`}`;
  if (found.state === null) return found.field === "" ? "Workflow" : `Workflow · ${found.field}`;
  const inside = found.pointer.length > found.state.length || found.field !== nameOf(found.state);
  return inside && found.field !== "" ? `${nameOf(found.state)} · ${fieldWords(found)}` : nameOf(found.state);
}

/** A field by its name, an item of a list by its list and its number counted from 1: "Retry 1". */
function fieldWords({ pointer, field }: Problem): string {
  return /^\d+$/.test(field) ? `${tokensOf(pointer).at(-2) ?? ""} ${Number(field) + 1}`.trim() : field;
}

/** Whether `value` looks like a definition at all: what the canvas can draw. */
export function isDrawable(value: unknown): value is Definition {
  return isObject(value) && (value.States === undefined || isObject(value.States));
}
