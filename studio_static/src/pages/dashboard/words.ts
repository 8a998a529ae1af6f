/** The dashboard's numbers in words, and where each of them leads. Pure. */
import { withQuery } from "../../api/client";
import type { Bar, Dashboard, EndBar } from "../../api/schema";

export const SPANS: readonly { id: string; text: string; pollMs: number }[] = [
  { id: "1", text: "Hour", pollMs: 5_000 },
  { id: "24", text: "Day", pollMs: 15_000 },
  { id: "168", text: "Week", pollMs: 60_000 },
];

export const FAILED = "FAILED,TIMED_OUT";
export const STOPPED = "ABORTED";
export const OPEN = "RUNNING,PAUSED";

interface Asked {
  workflow?: string;
  status?: string;
  error?: string;
  started_after?: string;
  started_before?: string;
}

/** The list of the executions behind a number. */
export const listOf = (asked: Asked) => withQuery("/executions/", { ...asked });

/** Seconds are whole there, and nothing starts between two bars. */
export const inBar = ({ at, until }: Bar) => ({ started_after: plain(at), started_before: plain(until) });

export const since = (data: Dashboard) => ({ started_after: plain(data.bars[0]?.at ?? "") });

const plain = (iso: string) => iso.replace(/\.\d+Z$/, "Z");

export type Total = "started" | "succeeded" | "failed" | "stopped" | "open" | "usd";

export const totalOf = (bars: readonly Bar[], what: Total) => bars.reduce((sum, bar) => sum + bar[what], 0);

/** "1,234", "12.3 k", "4.5 M"; not broken between the two. */
export function countWords(count: number): string {
  if (count < 10_000) return count.toLocaleString("en-GB");
  const [value, unit] = count < 999_500 ? [count / 1000, "k"] : [count / 1_000_000, "M"];
  return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))}\u00a0${unit}`;
}

/** So many wakes are counted, and no more. */
const MOST_WAITING = 10_000;

export function waitingWords(waiting: number | null): string {
  if (waiting === null) return "–";
  return waiting === MOST_WAITING ? `${countWords(waiting)} or more` : countWords(waiting);
}

/** Dollars with what is worth reading of them. */
export function moneyWords(usd: number): string {
  if (usd === 0) return "$0";
  if (usd < 0.0001) return "under $0.0001";
  return usd < 1 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(2)}`;
}

export function ageWords(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** What a bar is called: when, and how those stand. */
export function barWords(
  when: string,
  { started, succeeded, failed, stopped, open, usd }: Bar,
  what: "runs" | "cost",
): string {
  if (what === "cost") return `${when}: ${moneyWords(usd)}`;
  return `${when}: ${started} started, ${waysOf({ succeeded, failed, stopped })}, ${open} open`;
}

export const endedOf = ({ succeeded, failed, stopped }: EndBar) => succeeded + failed + stopped;

/** How many ended in all, and in the fullest of its bars. */
export function ratesOf({ step_seconds, ends }: Pick<Dashboard, "step_seconds" | "ends">): {
  ended: number;
  most: string;
} {
  const ended = ends.map(endedOf);
  return {
    ended: ended.reduce((sum, count) => sum + count, 0),
    most: `at most ${countWords(Math.max(...ended))} in ${ageWords(step_seconds)}`,
  };
}

export const endWords = (when: string, bar: EndBar) => `${when}: ${waysOf(bar)}`;

const waysOf = ({ succeeded, failed, stopped }: Pick<EndBar, "succeeded" | "failed" | "stopped">) =>
  `${succeeded} succeeded, ${failed} failed${stopped > 0 ? `, ${stopped} stopped` : ""}`;

/** Which of so many bars have a label below: about six, and the first. */
export const isLabelled = (number: number, of: number) => number % Math.max(1, Math.round(of / 6)) === 0;
