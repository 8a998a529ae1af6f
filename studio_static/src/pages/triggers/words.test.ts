import { describe, expect, it } from "vitest";
import { TRIGGER_TYPES } from "../../facts";
import { isGivenUp, pausedWords, repeatsWords, standingOf, triggerIn, typeLook } from "./words";

describe("a type", () => {
  it.each(TRIGGER_TYPES)("%s has a picture of its own", (type) => expect(typeLook(type).icon).not.toBe("unknown"));
  it("that is not known is shown by its name", () => {
    expect(typeLook("full_moon").word).toBe("Full moon");
    expect(typeLook("constructor").icon).toBe("unknown");
  });
});

describe("how a trigger stands", () => {
  it.each([
    [{ type: "webhook", enabled: true, paused_at: null }, "LISTENING"],
    [{ type: "webhook", enabled: true, paused_at: "2026-11-28T06:00:00Z" }, "PAUSED"],
    [{ type: "webhook", enabled: false, paused_at: null }, "SWITCHED_OFF"],
    [{ type: "schedule", enabled: true, paused_at: null, over: true }, "OVER"],
    [{ type: "form", enabled: true, paused_at: null, over: true }, "LINKS_CLOSED"],
  ])("%o is %s", (trigger, standing) => expect(standingOf(trigger)).toBe(standing));
  it("says what becomes of what arrives while it is paused", () => {
    expect(pausedWords({ name: "orders", type: "webhook" })).toContain("503");
    expect(pausedWords({ name: "nightly", type: "schedule" })).toContain("missed");
    expect(pausedWords({ name: "moon", type: "full_moon" })).toBe("moon is paused.");
  });
});

describe("who started an execution", () => {
  it.each([
    ["trigger:order_flow/nightly", { workflow: "order_flow", trigger: "nightly" }],
    ["kim", null],
    ["trigger:order_flow", null],
    [null, null],
  ])("%s is the trigger %o", (by, found) => expect(triggerIn(by)).toEqual(found));
});

it("tells an alert that was given up from what started a workflow", () => {
  expect(["alert:pager", "alert", "pager"].map(isGivenUp)).toEqual([true, false, false]);
});

it("says how often a delivery arrived again", () => {
  expect(repeatsWords({ repeats: 0, differed: 0 })).toBe("");
  expect(repeatsWords({ repeats: 1, differed: 0 })).toBe("1 more time");
  expect(repeatsWords({ repeats: 3, differed: 2 })).toBe("3 more times, 2 with another body");
});
