import { expect, test } from "vitest";
import type { Bar, EndBar } from "../../api/schema";
import {
  ageWords,
  barWords,
  countWords,
  endWords,
  inBar,
  isLabelled,
  listOf,
  moneyWords,
  ratesOf,
  totalOf,
  waitingWords,
} from "./words";

const BAR: Bar = {
  at: "2026-01-31T10:00:00.000Z",
  until: "2026-01-31T11:00:00.000Z",
  started: 5,
  succeeded: 3,
  failed: 1,
  stopped: 0,
  open: 1,
  usd: 0.00005,
};

test("numbers are short", () => {
  expect([0, 999, 9999, 12_345, 999_499, 1_500_000].map(countWords)).toEqual([
    "0",
    "999",
    "9,999",
    "12.3\u00a0k",
    "999\u00a0k",
    "1.5\u00a0M",
  ]);
  expect([0, 0.00005, 0.0123, 0.5, 12.345].map(moneyWords)).toEqual([
    "$0",
    "under $0.0001",
    "$0.012",
    "$0.50",
    "$12.35",
  ]);
  expect([null, 5.9, 125, 7300, 300_000].map(ageWords)).toEqual(["–", "5 s", "2 min", "2 h", "3 d"]);
});

test("more wakes than are counted are said to be more", () => {
  expect([null, 0, 9999, 10_000].map(waitingWords)).toEqual(["–", "0", "9,999", "10\u00a0k or more"]);
});

test("a bar says what it is of, and leads to its list", () => {
  expect(barWords("10:00", BAR, "runs")).toBe("10:00: 5 started, 3 succeeded, 1 failed, 1 open");
  expect(barWords("10:00", { ...BAR, stopped: 2 }, "runs")).toMatch(/1 failed, 2 stopped, 1 open$/);
  expect(barWords("10:00", BAR, "cost")).toBe("10:00: under $0.0001");
  expect(listOf({ workflow: "a b", ...inBar(BAR) })).toBe(
    "/executions/?workflow=a+b&started_after=2026-01-31T10%3A00%3A00Z&started_before=2026-01-31T11%3A00%3A00Z",
  );
  expect(totalOf([BAR, BAR], "started")).toBe(10);
});

test("about six bars have a label", () => {
  for (const of of [12, 24, 28]) {
    const labelled = Array.from({ length: of }, (_, number) => isLabelled(number, of)).filter(Boolean);
    expect(labelled.length).toBeGreaterThanOrEqual(5);
    expect(labelled.length).toBeLessThanOrEqual(7);
  }
});

const END: EndBar = { at: BAR.at, until: BAR.until, succeeded: 3, failed: 1, stopped: 0 };

test("the most that ended is of a whole bar: what is less than that nobody counted", () => {
  const of = (step_seconds: number, ends: EndBar[]) => ratesOf({ step_seconds, ends });
  const more = { ...END, succeeded: 9999 };
  expect(of(300, [END, more])).toEqual({ ended: 10_004, most: "at most 10\u00a0k in 5 min" });
  expect(of(3600, [END, END])).toEqual({ ended: 8, most: "at most 4 in 1 h" });
  expect(of(21_600, [END])).toEqual({ ended: 4, most: "at most 4 in 6 h" });
  expect(endWords("10:00", { ...END, stopped: 2 })).toBe("10:00: 3 succeeded, 1 failed, 2 stopped");
});
