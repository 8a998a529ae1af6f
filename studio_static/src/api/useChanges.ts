/**
 * One request that waits until there is something new, in the place of a poll of each part of a page. What was seen last
 * goes along as a tag, so that after a lost connection nothing is missed and nothing is told twice. While the page is
 * hidden nothing is asked. Where the server holds no request (on AWS, or with too many pages open) it is asked every so
 * often: the longer nothing happened, the less often, so that what stands still costs little.
 */
import { useEffect, useRef } from "react";
import { get, withQuery } from "./client";
import type { Changes } from "./schema";

const WAIT_SECONDS = 20;
/** Between two looks after something happened: a busy run changes many times a second. */
export const PACE_MS = 1000;
const NOT_HELD_MS = 2000;
const LONGEST_NOT_HELD_MS = 10_000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * `address` is /changes with what it is of; null asks nothing. `onChange` reads anew what the page shows; also once more
 * after the first look, for something may have happened since the page was read.
 */
export function useChanges(address: string | null, onChange: () => Promise<unknown>, pace = PACE_MS): void {
  const react = useRef(onChange);
  react.current = onChange;
  useEffect(() => {
    if (address === null) return;
    const leaving = new AbortController();
    void follow(address, () => react.current(), pace, leaving.signal);
    return () => leaving.abort();
  }, [address, pace]);
}

/** Asks until `leaving` aborts. */
export async function follow(
  address: string,
  onChange: () => Promise<unknown>,
  pace: number,
  leaving: AbortSignal,
): Promise<void> {
  let seen: string | null = null;
  let failures = 0;
  /** Answers without news, one after the other. */
  let quiet = 0;
  while (!leaving.aborted) {
    await shown(leaving);
    // A page that is hidden lets its request go.
    const hiding = new AbortController();
    const hide = () => document.visibilityState === "hidden" && hiding.abort();
    const leave = () => hiding.abort();
    document.addEventListener("visibilitychange", hide);
    leaving.addEventListener("abort", leave);
    try {
      const answer: Changes = await get(asking(address, seen), hiding.signal);
      const isNew = answer.tag !== seen || failures > 0;
      seen = answer.tag;
      failures = 0;
      quiet = isNew ? 0 : quiet + 1;
      if (isNew) await onChange();
      const notHeld = Math.min(NOT_HELD_MS * 1.5 ** quiet, LONGEST_NOT_HELD_MS);
      await pause(answer.held ? (isNew ? pace : 0) : Math.max(pace, notHeld), leaving, hiding.signal);
    } catch {
      if (leaving.aborted) return;
      if (hiding.signal.aborted) continue;
      // What the page reads says what is wrong.
      if (failures === 0) await onChange();
      failures += 1;
      await pause(Math.min(PACE_MS * 2 ** failures, LONGEST_PAUSE_MS), leaving);
    } finally {
      document.removeEventListener("visibilitychange", hide);
      leaving.removeEventListener("abort", leave);
    }
  }
}

function asking(address: string, seen: string | null): string {
  if (seen === null) return address;
  return `${address}${address.includes("?") ? "&" : "?"}${withQuery("", { after: seen, wait: WAIT_SECONDS }).slice(1)}`;
}

/** Until the page is seen. */
async function shown(leaving: AbortSignal): Promise<void> {
  while (document.visibilityState === "hidden" && !leaving.aborted) {
    await new Promise<void>((done) => {
      document.addEventListener("visibilitychange", () => done(), { once: true });
      leaving.addEventListener("abort", () => done(), { once: true });
    });
  }
}

/** For `ms`, or until one of `signals` aborts: who comes back to a page waits for nothing. */
async function pause(ms: number, ...signals: AbortSignal[]): Promise<void> {
  if (ms === 0 || signals.some((signal) => signal.aborted)) return;
  await new Promise<void>((done) => {
    const over = (): void => {
      window.clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", over);
      done();
    };
    const timer = window.setTimeout(over, ms);
    for (const signal of signals) signal.addEventListener("abort", over);
  });
}
