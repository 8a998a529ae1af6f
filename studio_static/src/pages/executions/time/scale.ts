/**
 * Time as a line on the page: its range, its ticks, the pieces of a bar. A rest, which may be days between seconds, is as
 * wide as any other, and no tick counts it. Pure; moments are milliseconds.
 */
import type { Step } from "../../../api/schema";
import { formatDuration } from "../../../ui/time";
import { type Rest, restedIn, secondsRan } from "./rests";
import type { Row } from "./rows";

export interface Range {
  readonly start: number;
  readonly end: number;
  /** Of the whole execution, in their order. */
  readonly rests?: readonly Rest[];
}

export interface Tick {
  /** Part of the range, 0 to 1. */
  readonly at: number;
  readonly text: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((each) => each * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((each) => each * DAY),
];
const SHORTEST = 10;
/** Parts of the range: of one rest, and of all together at most. */
const REST = 0.05;
const RESTS = 0.3;

/** From the execution's start to its end, or until now while it runs. Never empty. */
export function rangeOf(
  startedAt: string | null,
  endedAt: string | null,
  now: number,
  rests: readonly Rest[] = [],
): Range {
  const start = startedAt ? Date.parse(startedAt) : now;
  const end = Math.max(endedAt ? Date.parse(endedAt) : now, start + SHORTEST);
  return { start, end, rests: rests.map((rest) => ({ ...rest, end: Math.min(rest.end, end) })) };
}

/** The range of one row with a little room on both sides, within the whole. */
export function zoomedTo(row: Pick<Row, "from" | "to">, whole: Range): Range {
  const start = row.from ? Date.parse(row.from) : whole.start;
  const end = Math.max(row.to ? Date.parse(row.to) : whole.end, start + SHORTEST);
  const room = (end - start - restedIn(whole.rests ?? [], start, end)) * 0.04;
  return { ...whole, start: Math.max(whole.start, start - room), end: Math.min(whole.end, end + room) };
}

/** The rests that lie in the range, and the part of it that each takes. */
function folded({ start, end, rests = [] }: Range): { within: readonly Rest[]; share: number; ran: number } {
  const within = rests.filter((rest) => rest.start < end && rest.end > start);
  const share = within.length === 0 ? 0 : Math.min(REST, RESTS / within.length);
  return { within, share, ran: Math.max(1, end - start - restedIn(within, start, end)) };
}

/** Where a moment is in the range: 0 at its start, 1 at its end. */
export function placeOf(range: Range, moment: number): number {
  const { within, share, ran } = folded(range);
  const before = moment - range.start - restedIn(within, range.start, moment);
  const rested = within.reduce((sum, rest) => {
    const part = (Math.min(moment, rest.end) - rest.start) / Math.max(1, rest.end - rest.start);
    return sum + Math.max(0, part) * share;
  }, 0);
  return (before / ran) * (1 - within.length * share) + rested;
}

export interface Fold {
  readonly left: number;
  readonly width: number;
  readonly title: string;
}

/** The rests that the range shows. */
export function foldsOf(range: Range): Fold[] {
  const { within, share } = folded(range);
  return within.map((rest) => ({
    left: placeOf(range, rest.start),
    width: share,
    title: `Had ended, and was redriven ${formatDuration((rest.end - rest.start) / 1000)} later`,
  }));
}

/** Round times that it ran since `origin`, about `count` of them, the last not at the very edge. */
export function ticksOf(range: Range, origin: number, count = 5): Tick[] {
  const { within, share, ran } = folded(range);
  const step = STEPS.find((each) => ran / each <= count) ?? (STEPS.at(-1) as number);
  const since = range.start - origin - restedIn(range.rests ?? [], origin, range.start);
  const folds = foldsOf(range);
  const ticks: Tick[] = [];
  for (let at = Math.ceil(since / step) * step; at - since <= ran; at += step) {
    const before = within.filter(
      (rest) => rest.start - range.start - restedIn(within, range.start, rest.start) < at - since,
    );
    const place = ((at - since) / ran) * (1 - within.length * share) + before.length * share;
    const isHidden = folds.some(({ left, width }) => place > left - NEAR && place < left + width + NEAR);
    if (place <= 0.97 && !isHidden) ticks.push({ at: place, text: at === 0 ? "0 s" : formatDuration(at / 1000) });
  }
  return ticks;
}

/** So near to a rest a tick has no room for its words. */
const NEAR = 0.07;

export interface Piece {
  readonly kind: "run" | "wait";
  /** Its colour. */
  readonly status: string;
  /** An attempt that was tried again. */
  readonly faded: boolean;
  /** Parts of the range, 0 to 1. */
  readonly left: number;
  readonly width: number;
  readonly title: string;
}

/** The pieces of a row's bar that the range shows: attempts, and over them the times in which nothing was done. */
export function piecesOf(row: Row, range: Range, now: number): Piece[] {
  const pieces: Piece[] = [];
  const add = (
    kind: Piece["kind"],
    status: string,
    from: string | null,
    to: string | null,
    more: { faded?: boolean; what: string },
  ) => {
    const start = from ? Date.parse(from) : range.start;
    const end = to ? Date.parse(to) : now;
    if (end < range.start || start > range.end) return;
    const left = placeOf(range, Math.max(start, range.start));
    const right = placeOf(range, Math.min(end, range.end));
    pieces.push({
      kind,
      status,
      faded: more.faded ?? false,
      left,
      width: Math.max(0, right - left),
      title: `${more.what}: ${formatDuration(Math.max(0, end - start - restedIn(range.rests ?? [], start, end)) / 1000)}`,
    });
  };
  const { step } = row;
  const isOwn = row.kind === "step";
  const tries = isOwn && !holdsOthers(step) ? step.attempts : [];
  if (tries.length === 0) {
    const onlyWaits = isOwn && step.type === "Wait";
    if (!onlyWaits) add("run", row.status, row.from, row.to, { what: row.label });
  }
  tries.forEach((attempt, place) => {
    add("run", attempt.status, attempt.started_at, attempt.ended_at, {
      faded: place < tries.length - 1,
      what: tries.length > 1 ? `Attempt ${attempt.number}` : row.label,
    });
  });
  if (isOwn) {
    for (const wait of step.waits) add("wait", row.status, wait.from, wait.to, { what: WHY[wait.why] });
  }
  return pieces;
}

const WHY = { wait: "Waits", retry: "Until the next attempt", callback: "Waits for an answer" } as const;

const holdsOthers = (step: Step) => step.type === "Parallel" || (step.type === "Map" && step.attempts.length <= 1);

/** Seconds of a row without the rests, until now while it runs; null before it began. */
export function secondsOf(row: Pick<Row, "from" | "to">, now: number, rests: readonly Rest[] = []): number | null {
  return secondsRan(rests, row.from, row.to ?? new Date(now).toISOString());
}
