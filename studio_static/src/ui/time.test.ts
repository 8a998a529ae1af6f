import { describe, expect, it } from "vitest";
import { formatAgo, formatBytes, formatDuration, formatIn, formatTime } from "./time";

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [0.004, "4 ms"],
    [0.9, "900 ms"],
    [0.9996, "1 s"],
    [1.24, "1.24 s"],
    [8.8, "8.8 s"],
    [24.72, "24.7 s"],
    [59.96, "1 min"],
    [125, "2 min 5 s"],
    [3600, "1 h"],
    [3780, "1 h 3 min"],
    [187_200, "2 d 4 h"],
    [-1, "–"],
  ])("%s s is %s", (seconds, words) => expect(formatDuration(seconds)).toBe(words));
});

describe("formatTime", () => {
  const at = "2026-11-24T14:02:05.070Z";
  it("says the zone where it stands alone", () => {
    expect(formatTime(at, "utc")).toBe("24 Nov 2026, 14:02:05 UTC");
    expect(formatTime(at, "utc", "table")).toBe("2026-11-24 14:02:05");
    expect(formatTime(at, "utc", "clock-ms")).toBe("14:02:05.070");
  });
  it("leaves what is no time as it is", () => expect(formatTime("soon", "utc")).toBe("soon"));
});

describe("formatAgo", () => {
  const now = Date.parse("2026-11-24T14:00:00Z");
  it.each([
    ["2026-11-24T13:59:58Z", "just now"],
    ["2026-11-24T13:59:48Z", "12 s ago"],
    ["2026-11-24T13:55:00Z", "5 min ago"],
    ["2026-11-24T11:00:00Z", "3 h ago"],
    ["2026-11-22T11:00:00Z", "2 d ago"],
    ["2026-10-22T11:00:00Z", "22 Oct 2026"],
  ])("%s is %s", (at, words) => expect(formatAgo(at, now, "utc")).toBe(words));
});

describe("formatIn", () => {
  const now = Date.parse("2026-11-24T14:00:00Z");
  it.each([
    ["2026-11-24T13:59:58Z", "now"],
    ["2026-11-24T14:00:12Z", "in 12 s"],
    ["2026-11-24T14:05:59Z", "in 5 min"],
    ["2026-11-24T17:00:00Z", "in 3 h"],
    ["2026-11-26T15:00:00Z", "in 2 d"],
    ["soon", "soon"],
  ])("%s is %s", (at, words) => expect(formatIn(at, now)).toBe(words));
});

describe("formatBytes", () => {
  it.each([
    [812, "812 B"],
    [4300, "4.2 KB"],
    [262_144, "256 KB"],
    [1_363_149, "1.3 MB"],
  ])("%s is %s", (bytes, words) => expect(formatBytes(bytes)).toBe(words));
});
