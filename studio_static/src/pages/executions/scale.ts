/** Time as a line on the page: its range, its ticks, the pieces of a bar. Pure; moments are milliseconds. */
import type { Step } from "../../api/schema";
import { formatDuration } from "../../ui/time";
import type { Row } from "./rows";

export interface Range {
  readonly start: number;
  readonly end: number;
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

/** From the execution's start to its end, or until now while it runs. Never empty. */
export function rangeOf(startedAt: string | null, endedAt: string | null, now: number): Range {
  const start = startedAt ? Date.parse(startedAt) : now;
  const end = endedAt ? Date.parse(endedAt) : now;
  return { start, end: Math.max(end, start + SHORTEST) };
}

/** The range of one row with a little room on both sides, within the whole. */
export function zoomedTo(row: Pick<Row, "from" | "to">, whole: Range): Range {
  const start = row.from ? Date.parse(row.from) : whole.start;
  const end = Math.max(row.to ? Date.parse(row.to) : whole.end, start + SHORTEST);
  const room = (end - start) * 0.04;
  return { start: Math.max(whole.start, start - room), end: Math.min(whole.end, end + room) };
}

/** Round moments since `origin`, about `count` of them, the last not at the very edge. */
export function ticksOf(range: Range, origin: number, count = 5): Tick[] {
  const span = range.end - range.start;
  const step = STEPS.find((each) => span / each <= count) ?? (STEPS.at(-1) as number);
  const ticks: Tick[] = [];
  const first = Math.ceil((range.start - origin) / step) * step;
  for (let at = first; at + origin <= range.end; at += step) {
    const place = (at + origin - range.start) / span;
    if (place <= 0.97) ticks.push({ at: place, text: at === 0 ? "0 s" : formatDuration(at / 1000) });
  }
  return ticks;
}

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
    const left = (Math.max(start, range.start) - range.start) / (range.end - range.start);
    const right = (Math.min(end, range.end) - range.start) / (range.end - range.start);
    pieces.push({
      kind,
      status,
      faded: more.faded ?? false,
      left,
      width: Math.max(0, right - left),
      title: `${more.what}: ${formatDuration(Math.max(0, end - start) / 1000)}`,
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

/** Seconds of a row, until now while it runs; null before it began. */
export function secondsOf(row: Pick<Row, "from" | "to">, now: number): number | null {
  if (row.from === null) return null;
  return Math.max(0, (row.to ? Date.parse(row.to) : now) - Date.parse(row.from)) / 1000;
}
