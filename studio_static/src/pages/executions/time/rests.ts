/** The times in which an execution had ended and was not redriven yet. Pure; moments are milliseconds. */
import type { StepsAnswer } from "../../../api/schema";

export interface Rest {
  readonly start: number;
  readonly end: number;
}

export function restsOf(rests: StepsAnswer["rests"]): Rest[] {
  return rests.map(({ from, to }) => ({ start: Date.parse(from), end: Date.parse(to) }));
}

/** How much of the time from `start` to `end` was rest. */
export function restedIn(rests: readonly Rest[], start: number, end: number): number {
  return rests.reduce((sum, rest) => sum + Math.max(0, Math.min(end, rest.end) - Math.max(start, rest.start)), 0);
}

/** Seconds between two moments without the rests; null where one of them is not known. */
export function secondsRan(rests: readonly Rest[], from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return Math.max(0, end - start - restedIn(rests, start, end)) / 1000;
}

/** When what began at `from` would have begun, had it not rested since: to count on from. */
export function begunAsIf(rests: readonly Rest[], from: string, now: number): string {
  const start = Date.parse(from);
  return new Date(start + restedIn(rests, start, now)).toISOString();
}
