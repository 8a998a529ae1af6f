/**
 * Where a diagnostic points. The engine writes AWS's locations: `/States/Pay card/Retry[0]/MaxAttempts`, names not
 * escaped. A name may hold a slash itself, so the way is found by walking the definition with it.
 */
import { pointerOf } from "../../../asl/pointer";
import type { Json, StatePointer } from "../../../asl/types";

export interface Place {
  /** JSON pointer of the deepest value that the location leads to. */
  readonly pointer: string;
  /** The innermost state on the way, or null for the definition itself. */
  readonly state: StatePointer | null;
  /** The last key or number on the way that exists or is missing; "" for the root. */
  readonly field: string;
}

/** The place in `definition` that `location` means. */
export function placeOf(definition: Json, location: string): Place {
  const tokens: string[] = [];
  let at: Json | undefined = definition;
  let rest = location === "/" ? "" : location;
  while (rest !== "") {
    const step = nextStep(at, rest);
    if (step === null) break;
    tokens.push(step.token);
    rest = step.rest;
    at = step.value;
  }
  const missing = /^\/([^/[]+)$/.exec(rest)?.[1];
  return { pointer: pointerOf(tokens), state: stateIn(tokens), field: missing ?? tokens.at(-1) ?? "" };
}

interface Step {
  token: string;
  rest: string;
  value: Json | undefined;
}

function nextStep(at: Json | undefined, rest: string): Step | null {
  if (Array.isArray(at)) {
    const match = /^(?:\[(\d+)\]|\/(\d+)(?=[/[]|$))/.exec(rest);
    const token = match?.[1] ?? match?.[2];
    return match === null || token === undefined
      ? null
      : { token, rest: rest.slice(match[0].length), value: at[Number(token)] };
  }
  if (typeof at !== "object" || at === null || !rest.startsWith("/")) return null;
  // The longest key that fits: "/States/A/B" is the state "A/B" where there is one, else B within A.
  const fitting = Object.keys(at)
    .filter((key) => rest.startsWith(key, 1) && ["", "/", "["].includes(rest.charAt(key.length + 1)))
    .sort((one, other) => other.length - one.length);
  const key = fitting[0];
  return key === undefined ? null : { token: key, rest: rest.slice(key.length + 1), value: at[key] };
}

/** The innermost state among a pointer's tokens. A state's name follows "States" where a scope can stand. */
function stateIn(tokens: readonly string[]): StatePointer | null {
  let found = 0;
  let at = 0;
  while (tokens[at] === "States" && at + 1 < tokens.length) {
    found = at + 2;
    const inner = tokens[found];
    if (inner === "Branches") at = found + 2;
    else if (inner === "ItemProcessor" || inner === "Iterator") at = found + 1;
    else break;
  }
  return found === 0 ? null : pointerOf(tokens.slice(0, found));
}
