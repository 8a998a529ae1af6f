import { describe, expect, it } from "vitest";
import { detailsOf, type HistoryEvent, lineOf, matches, sinceStart, stateOf, toneOf, unfolded } from "./events";

const failed: HistoryEvent = {
  id: 36,
  previousEventId: 35,
  type: "TaskFailed",
  timestamp: 1795680218.45,
  taskFailedEventDetails: { resource: "request", resourceType: "connector:http", error: "http.ConnectorError" },
};
const entered: HistoryEvent = {
  id: 2,
  previousEventId: 1,
  type: "PassStateEntered",
  timestamp: 1795680217.8,
  stateEnteredEventDetails: { name: "Plan", input: '{"a": [1]}', inputDetails: { truncated: false } },
};

const redriven: HistoryEvent = { id: 40, previousEventId: 39, type: "ExecutionRedriven", timestamp: 1795680300 };

it("reads the details by AWS's names", () => {
  expect(detailsOf(failed).error).toBe("http.ConnectorError");
  expect(stateOf(entered)).toBe("Plan");
  expect(stateOf(failed)).toBeNull();
});

it("says in a line what an event is about", () => {
  expect(lineOf(failed)).toBe("connector:http:request · http.ConnectorError");
  expect(lineOf(entered)).toBe("Plan");
  expect(lineOf({ ...redriven, executionRedrivenEventDetails: { redriveCount: 2 } })).toBe("redrive 2");
});

it("shows texts that are JSON as the values they are", () => {
  expect(unfolded(entered)).toMatchObject({ stateEnteredEventDetails: { name: "Plan", input: { a: [1] } } });
});

it("tells how events end", () => {
  expect(["TaskFailed", "ExecutionAborted", "TaskSucceeded", "TaskScheduled"].map(toneOf)).toEqual([
    "bad",
    "warn",
    "ok",
    "plain",
  ]);
});

describe("matches", () => {
  it("filters by kind", () => {
    expect(matches(failed, "failures", "")).toBe(true);
    expect(matches(failed, "states", "")).toBe(false);
    expect(matches(entered, "states", "")).toBe(true);
  });
  it("needs every word", () => {
    expect(matches(failed, "", "taskfailed http")).toBe(true);
    expect(matches(failed, "", "taskfailed plan")).toBe(false);
  });
});

it("counts from the execution's start", () => {
  expect(sinceStart(failed, "2026-11-26T08:03:37.450Z")).toBe("+1 s");
});
