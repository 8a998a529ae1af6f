import { expect, test } from "vitest";
import {
  alertWords,
  budgetWords,
  daysWords,
  fullWords,
  growthWords,
  leftWords,
  ownDaysWords,
  redrivableWords,
  sizeWords,
  titleOf,
  valueWords,
} from "./words";

test("sizes are short", () => {
  expect([0, 999, 1500, 50_000_000, 123_456_789, -2_000_000].map(sizeWords)).toEqual([
    "0 B",
    "999 B",
    "1.5 kB",
    "50 MB",
    "123 MB",
    "−2 MB",
  ]);
});

test("a term of no days is for ever", () => {
  expect([0, 1, 90].map(daysWords)).toEqual(["for ever", "for 1 day after their end", "for 90 days after their end"]);
});

test("what can be redriven for no days cannot be", () => {
  expect([0, 14].map(redrivableWords)).toEqual(["not at all", "for 14 days after their end"]);
});

test("growth and what it leaves", () => {
  expect(growthWords(null)).toBe("known in a day or two");
  expect(growthWords(2_000_000)).toBe("2 MB");
  expect(leftWords({ days_left: 6.4, bytes_a_day: 1 })).toBe("6 more days");
  expect(leftWords({ days_left: 1.2, bytes_a_day: 1 })).toBe("1 more day");
  expect(leftWords({ days_left: 9999, bytes_a_day: 1 })).toBe("more than ten years");
  expect(leftWords({ days_left: null, bytes_a_day: null })).toBe("known in a day or two");
  expect(leftWords({ days_left: null, bytes_a_day: -5 })).toBe("it does not grow");
});

test("what a workflow says for itself", () => {
  expect([null, 1, 365].map(ownDaysWords)).toEqual(["as set", "1 day", "365 days"]);
  expect([null, [], ["ops", "late"]].map(alertWords)).toEqual(["as set", "nobody hears", "ops, late"]);
  expect(budgetWords(null)).toBe("none");
  expect(budgetWords({ executions_per_minute: 60, when_exceeded: "wait" })).toBe("60 starts a minute, others wait");
  expect(budgetWords({ open_executions: 5, when_exceeded: "refuse" })).toBe("5 open, others are refused");
});

test("a value is said with its unit", () => {
  const values = [
    ["AUTOMATE_RETENTION_DAYS", "0"],
    ["AUTOMATE_REDRIVE_DAYS", "0"],
    ["AUTOMATE_AUDIT_DAYS", "1"],
    ["AUTOMATE_DISK_RESERVE_MB", "200"],
    ["AUTOMATE_MAX_INPUT_BYTES", "16777216"],
    ["AUTOMATE_FOUR_EYES", "1"],
    ["AUTOMATE_COPILOT_MODEL", ""],
  ] as const;
  expect(values.map(([name, value]) => valueWords({ name, value }))).toEqual([
    "for ever",
    "0 days",
    "1 day",
    "200 MB",
    "16.8 MB",
    "yes",
    "none",
  ]);
});

test("a setting of a later release has its name", () => {
  expect(titleOf("AUTOMATE_NEW")).toBe("AUTOMATE_NEW");
});

test("a disk that is full, or soon will be, is said so", () => {
  const room = { days_left: 40, disk_free_bytes: 9e9, reserve_bytes: 2e8 };
  expect([fullWords(room), fullWords({ ...room, days_left: null })]).toEqual([null, null]);
  expect(fullWords({ ...room, days_left: 1.9 })).toEqual({
    type: "warning",
    text: "The disk has room for 1 day. Then starts are refused.",
  });
  expect(fullWords({ ...room, days_left: 0, disk_free_bytes: 15e7 })?.text).toBe(
    "Starts are refused: 150 MB are free on the disk, and 200 MB are kept free.",
  );
});
