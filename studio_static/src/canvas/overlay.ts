/**
 * An execution laid over its workflow: how each state fared, which lines were really taken.
 *
 * Lines come from the history's own sequence of steps, never from the states at their two ends. Where a history cannot
 * tell two lines apart (two rules of one Choice that lead to the same state), both are marked.
 */
import {
  type Definition,
  type EdgeId,
  edgeId,
  isObject,
  linksOf,
  own,
  pointersOf,
  type StatePointer,
  scopes,
  stateAt,
  statePointer,
  within,
} from "../asl";

export type StepStatus =
  | "RUNNING"
  | "WAITING"
  | "SUCCEEDED"
  | "FAILED"
  | "CAUGHT"
  | "RETRYING"
  | "ABORTED"
  | "TIMED_OUT";

/** One visit of a state, as `GET /executions/{id}/steps` has it; what the overlay needs of it. */
export interface OverlayStep {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  readonly branch?: number | null;
  readonly status: string;
  readonly entered_at: string;
  readonly exited_at: string | null;
  readonly attempts?: readonly unknown[];
  readonly next?: string | null;
  readonly caught?: { readonly error: string; readonly next: string } | null;
}

export interface StateOverlay {
  readonly status: string;
  /** Of the visits together; null while none has ended. */
  readonly seconds: number | null;
  /** How often it was entered (rounds of a loop, items of a Map). */
  readonly visits: number;
  /** How many of the visits failed. */
  readonly failed: number;
}

export type EdgeOverlay = "taken" | "failed";

export interface Overlay {
  readonly states: Readonly<Record<StatePointer, StateOverlay>>;
  readonly edges: Readonly<Record<EdgeId, EdgeOverlay>>;
}

/** The worse status wins among several visits of one state: what a reader must see first. */
const RANK: readonly string[] = [
  "FAILED",
  "TIMED_OUT",
  "ABORTED",
  "RETRYING",
  "RUNNING",
  "WAITING",
  "CAUGHT",
  "SUCCEEDED",
];

const worse = (one: string, two: string): string => {
  const [first, second] = [RANK.indexOf(one), RANK.indexOf(two)];
  return first !== -1 && (second === -1 || first < second) ? one : two;
};

/** The overlay of an execution's steps over the definition that it ran. */
export function overlayOf(
  definition: Definition,
  steps: readonly OverlayStep[],
  taken: readonly { readonly from_step: string; readonly to_step: string }[],
): Overlay {
  const places = new Map<string, StatePointer>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  const states: Record<StatePointer, StateOverlay> = {};
  for (const step of steps) {
    const pointer = placeOf(definition, step, places);
    if (pointer === undefined) continue;
    places.set(step.id, pointer);
    states[pointer] = joined(states[pointer], step);
  }
  const edges: Record<EdgeId, EdgeOverlay> = {};
  const mark = (id: EdgeId, how: EdgeOverlay): void => {
    edges[id] = edges[id] === "failed" ? "failed" : how;
  };
  for (const { from_step, to_step } of taken) {
    const from = byId.get(from_step);
    const to = byId.get(to_step);
    const pointer = places.get(from_step);
    if (from === undefined || to === undefined || pointer === undefined) continue;
    for (const id of linesBetween(definition, pointer, from, to.name)) mark(id, from.caught ? "failed" : "taken");
  }
  for (const [pointer, state] of Object.entries(states)) markEnds(definition, pointer, state, mark);
  return { states, edges };
}

/** A step's state: by its name, within its parent's where names stand twice. */
function placeOf(
  definition: Definition,
  step: OverlayStep,
  places: ReadonlyMap<string, StatePointer>,
): StatePointer | undefined {
  const found = pointersOf(definition, step.name);
  const parent = step.parent === null ? undefined : places.get(step.parent);
  return found.find((pointer) => parent !== undefined && within(pointer, parent)) ?? found[0];
}

function joined(before: StateOverlay | undefined, step: OverlayStep): StateOverlay {
  const ended = step.exited_at === null ? null : (Date.parse(step.exited_at) - Date.parse(step.entered_at)) / 1000;
  const failed = step.status === "FAILED" || step.status === "TIMED_OUT" ? 1 : 0;
  if (before === undefined) return { status: step.status, seconds: ended, visits: 1, failed };
  return {
    status: worse(before.status, step.status),
    seconds: ended === null ? before.seconds : (before.seconds ?? 0) + ended,
    visits: before.visits + 1,
    failed: before.failed + failed,
  };
}

/** The lines by which a step left its state for the state called `to`. */
function linesBetween(definition: Definition, pointer: StatePointer, from: OverlayStep, to: string): EdgeId[] {
  const state = stateAt(definition, pointer);
  if (state === undefined) return [];
  const links = linksOf(state).filter((link) => link.target === to);
  const caught = links.filter((link) => link.port.startsWith("catch/"));
  if (!from.caught) return links.filter((link) => !caught.includes(link)).map((link) => edgeId(pointer, link.port));
  const error = from.caught.error;
  const catchers = own(state, "Catch");
  const exact = caught.filter((link) => {
    const catcher = Array.isArray(catchers) ? catchers[Number(link.port.split("/")[1])] : undefined;
    const names = isObject(catcher) ? own(catcher, "ErrorEquals") : undefined;
    return Array.isArray(names) && names.includes(error);
  });
  return (exact.length > 0 ? exact : caught).map((link) => edgeId(pointer, link.port));
}

/** Lines that no pair of steps stands for: into the first state of a scope, and from a last one to its end. */
function markEnds(
  definition: Definition,
  pointer: StatePointer,
  state: StateOverlay,
  mark: (id: EdgeId, how: EdgeOverlay) => void,
): void {
  for (const scope of scopes(definition)) {
    if (statePointer(scope.pointer, scope.startAt) === pointer) mark(edgeId(scope.pointer, "start"), "taken");
  }
  const ends = own(stateAt(definition, pointer), "End") === true;
  if (ends && state.status === "SUCCEEDED") mark(edgeId(pointer, "next"), "taken");
}

/** 0.0221 → `22 ms`, 3.0149 → `3.01 s`, 125 → `2 min 5 s`. */
export function secondsText(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The state of the step `id`, where names stand twice the one within its parent's; undefined for a step that is not there. */
export function pointerOfStep(
  definition: Definition,
  steps: readonly OverlayStep[],
  id: string,
): StatePointer | undefined {
  const places = new Map<string, StatePointer>();
  for (const step of steps) {
    const pointer = placeOf(definition, step, places);
    if (pointer !== undefined) places.set(step.id, pointer);
    if (step.id === id) return pointer;
  }
  return undefined;
}
