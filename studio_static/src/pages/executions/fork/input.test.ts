import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../log/events";
import { inputAt, namesIn } from "./input";

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
});

describe("names", () => {
  it("have commas between", () => {
    expect(namesIn("Charge, Notify me ,")).toEqual(["Charge", "Notify me"]);
    expect(namesIn(" ")).toEqual([]);
  });
});
