import { describe, expect, it } from "vitest";
import { around, caughtBefore, indexOf, placeWords, stepToOpen, worst } from "./steps";
import { mapOf, step } from "./testing.testdata";

const opened = (steps: ReturnType<typeof step>[]) => stepToOpen(indexOf(steps))?.id ?? null;

describe("stepToOpen", () => {
  it("goes into what failed, to the step that broke it", () => {
    const steps = [
      step("Plan#1"),
      step("Fulfil#1", { type: "Parallel", status: "FAILED", error: "Stock.Empty" }),
      step("Fulfil#1:0:Label#1", { parent: "Fulfil#1", branch: 0, status: "ABORTED" }),
      step("Fulfil#1:1:Each#1", { parent: "Fulfil#1", branch: 1, type: "Map", status: "FAILED", error: "Stock.Empty" }),
      step("Fulfil#1:1:Each#1:0:Reserve#1", { parent: "Fulfil#1:1:Each#1", item: 0 }),
      step("Fulfil#1:1:Each#1:2:Reserve#1", {
        parent: "Fulfil#1:1:Each#1",
        item: 2,
        status: "FAILED",
        error: "Stock.Empty",
      }),
    ];
    expect(opened(steps)).toBe("Fulfil#1:1:Each#1:2:Reserve#1");
  });
  it("leaves failures of earlier rounds aside", () => {
    const steps = [
      step("P#1", { type: "Parallel", status: "FAILED", error: "E", to: 9 }),
      step("P#1:0:A#1", { parent: "P#1", branch: 0, status: "FAILED", error: "E", to: 2 }),
      step("P#1:0:A#2", { parent: "P#1", branch: 0, status: "FAILED", error: "E", to: 8 }),
    ];
    expect(opened(steps)).toBe("P#1:0:A#2");
  });
  it("does not take a failure that was caught for the end", () => {
    const steps = [step("Pay#1", { status: "CAUGHT", error: "E" }), step("Say sorry#1")];
    expect(opened(steps)).toBe("Say sorry#1");
  });
  it("leaves a failure aside after which a redrive went on", () => {
    const steps = [step("Check#1", { type: "Pass", status: "FAILED", error: "E" }), step("Check#2"), step("Pay#1")];
    expect(opened(steps)).toBe("Pay#1");
  });
  it("opens where a running one is", () => {
    expect(opened([step("A#1"), step("Wait#1", { status: "WAITING", to: null })])).toBe("Wait#1");
  });
  it("opens at the last of one that went well, and nowhere before the first", () => {
    expect(opened([step("A#1"), step("B#1")])).toBe("B#1");
    expect(opened([])).toBeNull();
  });
});

it("finds the failure that a Fail state speaks of", () => {
  const steps = [
    step("Pay#1", { status: "CAUGHT", error: "Card.Declined" }),
    step("Note#1"),
    step("Rejected#1", { type: "Fail", status: "FAILED" }),
  ];
  expect(caughtBefore(indexOf(steps), steps[2] as never)?.error).toBe("Card.Declined");
});

it("says where a step is, outermost first", () => {
  const steps = [
    step("Fulfil#1", { type: "Parallel" }),
    step("Fulfil#1:1:Each#1", { parent: "Fulfil#1", branch: 1, type: "Map" }),
    step("Fulfil#1:1:Each#1:2:Reserve#1", { parent: "Fulfil#1:1:Each#1", item: 2 }),
  ];
  const index = indexOf(steps);
  expect(placeWords(index, steps[2] as never)).toBe("Fulfil, branch 2 › Each, item 3");
  expect(around(index, steps[2] as never)).toEqual(["Fulfil#1", "Fulfil#1:1:Each#1"]);
});

it("tells the worst of several", () => {
  expect(worst(["SUCCEEDED", "RUNNING", "FAILED"])).toBe("FAILED");
  expect(worst(mapOf(3).map(({ status }) => status))).toBe("SUCCEEDED");
});
