import { expect, test } from "vitest";
import { daysWords, growthWords, leftWords, sizeWords } from "./words";

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

test("growth and what it leaves", () => {
  expect(growthWords(null)).toBe("known tomorrow");
  expect(growthWords(2_000_000)).toBe("2 MB");
  expect(leftWords({ days_left: 6.4, bytes_a_day: 1 })).toBe("6 more days");
  expect(leftWords({ days_left: 1.2, bytes_a_day: 1 })).toBe("1 more day");
  expect(leftWords({ days_left: 9999, bytes_a_day: 1 })).toBe("more than ten years");
  expect(leftWords({ days_left: null, bytes_a_day: null })).toBe("known tomorrow");
  expect(leftWords({ days_left: null, bytes_a_day: -5 })).toBe("it does not grow");
});
