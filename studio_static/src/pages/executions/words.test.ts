import { describe, expect, it } from "vitest";
import { step } from "./testing.testdata";
import {
  answeredBy,
  attemptsSentence,
  auditSearch,
  awaitedFact,
  awaitedSentence,
  meaningOf,
  plainMessage,
  standingSentence,
} from "./words";

describe("plainMessage", () => {
  it("takes the message out of the JSON at the end", () => {
    const cause = 'ConnectorError: POST /reserve answered 400: {"error": {"code": "X", "message": "quantity is 0"}}';
    expect(plainMessage(cause)).toBe("ConnectorError: POST /reserve answered 400: quantity is 0");
  });
  it("leaves every other cause as it is", () => {
    expect(plainMessage("none left {in stock")).toBe("none left {in stock");
    expect(plainMessage('{"a": 1}')).toBe('{"a": 1}');
    expect(plainMessage(null)).toBeNull();
  });
});

describe("attemptsSentence", () => {
  it("counts attempts", () => {
    const one = { started_at: null, ended_at: null, status: "FAILED", error: null, cause: null };
    const failed = step("A#1", {
      to: 3.01,
      status: "FAILED",
      attempts: [
        { number: 1, ...one },
        { number: 2, ...one },
      ],
    });
    expect(attemptsSentence(failed, 3.01)).toBe("Failed after 2 attempts, in 3.01 s.");
    expect(attemptsSentence(failed, 3.01, 1)).toBe(
      "Failed after 2 attempts, 1 of them since it was redriven, in 3.01 s.",
    );
  });
  it("says a timeout by its name", () => {
    expect(attemptsSentence(step("A#1", { status: "TIMED_OUT" }), 1)).toBe("Timed out, in 1 s.");
  });
});

it("explains the language's errors and no connector's", () => {
  expect(meaningOf("States.Timeout")).toMatch(/time limit/);
  expect(meaningOf("Card.Declined")).toBeNull();
});

it("says what a step waits for", () => {
  const wait = (why: "wait" | "callback") =>
    step("A#1", { to: null, status: "WAITING", waits: [{ from: "2026-11-24T14:00:00Z", to: null, why }] });
  expect(standingSentence(wait("callback"))).toBe("Waits for an answer from outside.");
  expect(standingSentence(wait("wait"))).toBe("Waits for its time.");
});

it("says who answers a step that waits", () => {
  const asked = (resource: string | null, why: "wait" | "callback" = "callback") =>
    answeredBy(step("A#1", { status: "WAITING", resource, waits: [{ from: "2026-11-24T14:00:00Z", to: null, why }] }));
  expect(asked("connector:approval:ask.waitForTaskToken")).toBe("people");
  expect(asked("connector:log:write.waitForTaskToken")).toBe("token");
  expect(asked("connector:log:write.waitForTaskToken", "wait")).toBeNull();
  expect(asked("arn:aws:states:eu-west-1:1:activity:pick")).toBeNull();
  expect(answeredBy(step("A#1", { status: "SUCCEEDED" }))).toBeNull();
});

it("says which call a redriven step waits for", () => {
  const calls = [{ state: "A", until: "2026-11-24T14:00:00Z" }];
  const cut = step("A#1", { to: null, status: "ABORTED" });
  expect(awaitedSentence(cut, calls, "utc")).toBe(
    "Waits for its call of before the redrive, which may still be under way. " +
      "It is made again once that is answered, at 24 Nov 2026, 14:00:00 UTC at the latest.",
  );
  expect(awaitedSentence(cut, [], "utc")).toBeNull();
  expect(awaitedSentence(step("A#2", { status: "SUCCEEDED" }), calls, "utc")).toBeNull();
});

it("says what a redriven execution waits for", () => {
  const call = (state: string, until: string | null) => ({ state, until });
  expect(awaitedFact([], "utc")).toBeNull();
  expect(awaitedFact([call("A", "2026-11-24T14:00:00Z"), call("B", "2026-11-24T13:00:00Z")], "utc")).toBe(
    "Waits for the call of before the redrive: A, B, until 24 Nov 2026, 14:00:00 UTC at the latest",
  );
  expect(awaitedFact([call("A", null)], "utc")).toBe("Waits for the call of before the redrive: A");
});

it("names the audit page's parameters", () => {
  expect(auditSearch({ execution: "w:1", from: "A", to: "B" })).toBe("execution=w%3A1&since=A&until=B");
});
