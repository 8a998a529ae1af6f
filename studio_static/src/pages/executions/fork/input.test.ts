import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../log/events";
import { inputAt, isInputTooLarge, namesIn } from "./input";

const event = (type: string, details: object = {}): HistoryEvent => ({
  id: 3,
  previousEventId: 2,
  type,
  timestamp: 0,
  stateEnteredEventDetails: details,
});

describe("what a fork may be given", () => {
  it("is the input of the state that is entered, or of the execution", () => {
    expect(inputAt(event("TaskStateEntered", { name: "Charge", input: '{"a":1}' }))).toBe('{\n  "a": 1\n}');
    expect(inputAt(event("ExecutionStarted", { input: "7" }))).toBe("7");
  });
  it("is nothing elsewhere, nor where the input is cut off", () => {
    expect(inputAt(event("TaskScheduled", { input: "{}" }))).toBeNull();
    expect(inputAt(event("TaskStateEntered", { name: "Charge" }))).toBeNull();
    expect(inputAt(event("TaskStateEntered", { input: '{"a":' }))).toBeNull();
  });
  it("is not told where it is too large to be shown", () => {
    const input = { $too_large: { bytes: 300_000, href: "/executions/x/history?after=2&limit=1" } };
    expect(inputAt(event("TaskStateEntered", { input }))).toBeNull();
    expect(isInputTooLarge(event("TaskStateEntered", { input }))).toBe(true);
    expect(isInputTooLarge(event("TaskScheduled", { input }))).toBe(false);
    expect(isInputTooLarge(event("TaskStateEntered", { input: "7" }))).toBe(false);
  });
});

describe("names", () => {
  it("have commas between", () => {
    expect(namesIn("Charge, Notify me ,")).toEqual(["Charge", "Notify me"]);
    expect(namesIn(" ")).toEqual([]);
  });
});
