import { describe, expect, it } from "vitest";
import type { AuditEntry } from "../../api/schema";
import { actWords, subjectOf, summaryOf } from "./words";

const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  workspace: "default",
  chain: 1,
  number: 1,
  id: "1",
  at: "2026-11-24T14:00:00.000000Z",
  recorded_at: "2026-11-24T14:00:00.000000Z",
  actor: "ana",
  actor_kind: "person",
  origin: "127.0.0.1",
  act: "workflow.publish",
  subject: "workflow/order_flow",
  before: null,
  after: null,
  reason: null,
  details: {},
  previous: "",
  digest: "",
  ...more,
});

describe("summaryOf", () => {
  it("says the version that was published", () => {
    expect(summaryOf(entry({ before: { version: 2 }, after: { version: 3 } }))).toBe("version 3");
  });
  it("names the failing cases that were accepted", () => {
    const after = { version: 3, accepted_failing_cases: ["late", "odd"] };
    expect(summaryOf(entry({ after }))).toBe("version 3, accepted failing cases late,odd");
  });
  it("says what failed, and the first line of why", () => {
    const details = { state: "Reserve Stock", attempt: 2, error: "Stock.Empty", cause: "none left\nTraceback" };
    expect(summaryOf(entry({ details }))).toBe("state Reserve Stock, attempt 2, error Stock.Empty, none left");
  });
});

it("says whose name was erased, and of how many executions", () => {
  expect(summaryOf(entry({ act: "actor.erase", after: { actors: ["~12ab", "~34cd"] } }))).toBe(
    "no name any more: ~12ab, ~34cd",
  );
  expect(summaryOf(entry({ act: "execution.erase", after: { executions: 3 } }))).toBe("executions 3");
});

it("says a redrive in words", () => {
  const redriven = entry({ act: "execution.redrive", after: { status: "RUNNING", redrives: 2 } });
  expect([actWords(redriven.act), summaryOf(redriven)]).toEqual(["Redrove an execution", "status RUNNING, redrives 2"]);
});

describe("subjectOf", () => {
  it("leads to what it is about", () => {
    expect(subjectOf("workflow/order_flow")).toEqual({
      kind: "workflow",
      name: "order_flow",
      to: "/studio/wizard/order_flow",
    });
    expect(subjectOf("execution/order_flow:1/2").to).toBe("/studio/executions/order_flow%3A1%2F2");
    expect(subjectOf("workflow/*").to).toBeNull();
  });
});

it("has words for what the server of one machine refuses", () =>
  expect(actWords("request.refused")).toBe("Request was refused"));
it("keeps an act it does not know", () => expect(actWords("robot.dance")).toBe("robot.dance"));
