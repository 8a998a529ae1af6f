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
  type ScopePointer,
  type StatePointer,
  scopes,
  stateAt,
  statePointer,
  within,
} from "../asl";

/** One visit of a state, as `GET /executions/{id}/steps` has it; what the overlay needs of it. */
export interface OverlayStep {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  readonly branch?: number | null;
  readonly item?: number | null;
  readonly status: string;
  readonly entered_at: string;
  readonly exited_at: string | null;
  readonly attempts?: readonly unknown[];
  readonly next?: string | null;
  /** The Map Run of a distributed Map: its items are executions of their own. */
  readonly map_run?: string | null;
  readonly caught?: { readonly error: string; readonly next: string } | null;
}

export interface StateOverlay {
  readonly status: string;
  /** Of the visits together; null while none has ended. */
  readonly seconds: number | null;
  /** How often it was entered (rounds of a loop, items of a Map). */
  readonly visits: number;
  /** How many of the visits failed, and were not tried again. */
  readonly failed: number;
  /** None of its visits counts any more: each was tried again, and did not get here. */
  readonly isOver: boolean;
}

export type EdgeOverlay = "taken" | "failed";

/** How a state went; "none" where nothing is known of it here, "skipped" where it was not reached. */
export function fateOfState(overlay: Overlay | undefined, id: StatePointer): StateOverlay | "none" | "skipped" {
  return overlay?.states[id] ?? unseen(overlay, id);
}

/** Whether a line was taken; `scope`: what it is in. "none" and "skipped" as of a state. */
export function fateOfLine(
  overlay: Overlay | undefined,
  { id, scope }: { readonly id: EdgeId; readonly scope: ScopePointer },
): EdgeOverlay | "none" | "skipped" {
  return overlay?.edges[id] ?? unseen(overlay, scope);
}

function unseen(overlay: Overlay | undefined, pointer: StatePointer | ScopePointer): "none" | "skipped" {
  const ranElsewhere = overlay?.elsewhere?.some((map) => pointer.startsWith(`${map}/`)) ?? false;
  return overlay === undefined || ranElsewhere ? "none" : "skipped";
}

export interface Overlay {
  readonly states: Readonly<Record<StatePointer, StateOverlay>>;
  /** Distributed Maps: what is in them ran elsewhere, so nothing is said of it here. */
  readonly elsewhere?: readonly StatePointer[];
  readonly edges: Readonly<Record<EdgeId, EdgeOverlay>>;
}

/** The worse status wins among several visits of one state: what a reader must see first. What was tried again is over. */
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

/** Seconds of a step by the clock; null while it runs. */
function secondsByClock({ entered_at, exited_at }: OverlayStep): number | null {
  return exited_at === null ? null : (Date.parse(exited_at) - Date.parse(entered_at)) / 1000;
}

/** The overlay of an execution's steps over the definition that it ran. `secondsOf`: how long a step took. */
export function overlayOf(
  definition: Definition,
  steps: readonly OverlayStep[],
  taken: readonly { readonly from_step: string; readonly to_step: string }[],
  secondsOf: (step: OverlayStep) => number | null = secondsByClock,
  childrenOf: (step: OverlayStep) => { readonly visits: number; readonly failed: number } | null = () => null,
): Overlay {
  const places = placesOf(definition, steps);
  const byId = new Map(steps.map((step) => [step.id, step]));
  const over = triedAgain(steps);
  const states: Record<StatePointer, StateOverlay> = {};
  for (const step of steps) {
    const pointer = places.get(step.id);
    if (pointer === undefined) continue;
    states[pointer] = joined(states[pointer], {
      status: step.status,
      seconds: secondsOf(step),
      over: over.has(step.id),
    });
  }
  const elsewhere = new Set<StatePointer>();
  for (const step of steps) {
    const pointer = step.map_run ? places.get(step.id) : undefined;
    const state = pointer === undefined ? undefined : states[pointer];
    if (pointer === undefined || state === undefined) continue;
    elsewhere.add(pointer);
    states[pointer] = { ...state, ...childrenOf(step) };
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
  return { states, edges, elsewhere: [...elsewhere] };
}

/** The state of each step: by its name, where names stand twice the one within its parent's. */
function placesOf(definition: Definition, steps: readonly OverlayStep[]): ReadonlyMap<string, StatePointer> {
  const places = new Map<string, StatePointer>();
  for (const step of steps) {
    const found = pointersOf(definition, step.name);
    const parent = step.parent === null ? undefined : places.get(step.parent);
    const pointer = found.find((each) => parent !== undefined && within(each, parent)) ?? found[0];
    if (pointer !== undefined) places.set(step.id, pointer);
  }
  return places;
}

/**
 * The ids of steps that did not end well and after which their scope went on: a Parallel or Map around them was retried,
 * or the execution was redriven.
 */
export function triedAgain(steps: readonly OverlayStep[]): ReadonlySet<string> {
  const found = new Set<string>();
  const last = new Map<string, OverlayStep>();
  for (const step of steps) {
    const scope = `${step.parent} ${step.branch} ${step.item}`;
    const before = last.get(scope);
    if (before !== undefined && ["FAILED", "TIMED_OUT", "ABORTED"].includes(before.status)) found.add(before.id);
    last.set(scope, step);
  }
  return found;
}

interface Visit {
  readonly status: string;
  readonly seconds: number | null;
  /** It was tried again. */
  readonly over: boolean;
}

function joined(before: StateOverlay | undefined, visit: Visit): StateOverlay {
  const { status, seconds, over } = visit;
  const failed = !over && (status === "FAILED" || status === "TIMED_OUT") ? 1 : 0;
  if (before === undefined) return { status, seconds, visits: 1, failed, isOver: over };
  return {
    status: over ? before.status : before.isOver ? status : worse(before.status, status),
    seconds: seconds === null ? before.seconds : (before.seconds ?? 0) + seconds,
    visits: before.visits + 1,
    failed: before.failed + failed,
    isOver: before.isOver && over,
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

/** The state of the step `id`, where names stand twice the one within its parent's; undefined for a step that is not there. */
export function pointerOfStep(
  definition: Definition,
  steps: readonly OverlayStep[],
  id: string,
): StatePointer | undefined {
  return placesOf(definition, steps).get(id);
}
