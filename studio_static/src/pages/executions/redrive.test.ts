import { describe, expect, it } from "vitest";
import {
  attemptsSince,
  beginsAfterRedrive,
  failsAgain,
  goesOnAt,
  isRedrivable,
  namesOf,
  parentOf,
  progressWords,
  timesWords,
} from "./redrive";
import { indexOf } from "./steps";
import { moment, step } from "./testing.testdata";

const at = (steps: ReturnType<typeof step>[]) => goesOnAt(indexOf(steps)).map(({ id }) => id);

describe("isRedrivable", () => {
  const failed = { id: "orders:one", status: "FAILED", kind: "STANDARD" };
  it.each(["FAILED", "TIMED_OUT", "ABORTED"])("offers it where it %s", (status) =>
    expect(isRedrivable({ ...failed, status })).toBe(true),
  );
  it.each(["SUCCEEDED", "RUNNING", "PAUSED"])("does not where it is %s", (status) =>
    expect(isRedrivable({ ...failed, status })).toBe(false),
  );
  it("offers none once its time is over", () => {
    const until = { ...failed, redrivable_until: "2026-01-15T00:00:00.000Z" };
    expect(isRedrivable(until, Date.parse("2026-01-14T23:59:59Z"))).toBe(true);
    expect(isRedrivable(until, Date.parse("2026-01-15T00:00:00Z"))).toBe(false);
  });
  it("offers none to EXPRESS and to an item of a Map Run", () => {
    expect(isRedrivable({ ...failed, kind: "EXPRESS" })).toBe(false);
    expect(isRedrivable({ ...failed, id: "orders:one~1.0~7" })).toBe(false);
    expect(parentOf("orders:one~1.0~7")).toBe("orders:one");
  });
});

describe("goesOnAt", () => {
  it("names the step that failed, not what a Catcher took or what came before", () => {
    expect(at([step("A#1", { status: "CAUGHT" }), step("B#1"), step("C#1", { status: "FAILED" })])).toEqual(["C#1"]);
  });
  it("goes into every branch that did not succeed, what failed first", () => {
    const steps = [
      step("P#1", { type: "Parallel", status: "FAILED" }),
      step("P#1:0:Nap#1", { parent: "P#1", branch: 0, status: "ABORTED" }),
      step("P#1:1:Call#1", { parent: "P#1", branch: 1, status: "FAILED" }),
      step("P#1:2:Fine#1", { parent: "P#1", branch: 2 }),
    ];
    expect(at(steps)).toEqual(["P#1:1:Call#1", "P#1:0:Nap#1"]);
  });
  it("leaves what an earlier attempt of the Parallel had begun", () => {
    const attempt = { status: "FAILED", error: null, cause: null };
    const steps = [
      step("P#1", {
        type: "Parallel",
        status: "FAILED",
        attempts: [
          { number: 1, started_at: moment(0), ended_at: moment(1), ...attempt },
          { number: 2, started_at: moment(3), ended_at: moment(4), ...attempt },
        ],
      }),
      step("P#1:0:Old#1", { parent: "P#1", branch: 0, status: "FAILED" }),
      step("P#1:1:Call#1", { parent: "P#1", branch: 1, status: "FAILED" }),
      step("P#1:1:Call#2", { parent: "P#1", branch: 1, status: "FAILED", from: 3, to: 4 }),
    ];
    expect(at(steps)).toEqual(["P#1:1:Call#2"]);
  });
  it("is the Parallel itself where only joining failed, and nowhere between two states", () => {
    expect(
      at([step("P#1", { type: "Parallel", status: "FAILED" }), step("P#1:0:A#1", { parent: "P#1", branch: 0 })]),
    ).toEqual(["P#1"]);
    expect(at([step("A#1")])).toEqual([]);
    expect(at([])).toEqual([]);
  });
  it("is the last visit after a redrive", () => {
    expect(at([step("F#1", { status: "FAILED" }), step("F#2", { status: "FAILED" })])).toEqual(["F#2"]);
  });
});

it("names a few steps and counts the others", () => {
  const named = (...names: string[]) => namesOf(names.map((name) => step(`${name}#1`)));
  expect(named("Call", "Nap", "Call")).toEqual(["Call (2 times)", "Nap"]);
  expect(named("A", "B", "C")).toEqual(["A", "B", "C"]);
  expect(named("A", "B", "C", "D", "E")).toEqual(["A", "B", "3 other steps"]);
});

it("knows what its input alone fails again", () => {
  const failed = (type: string) => step(`${type}#1`, { type, status: "FAILED" });
  expect(failsAgain([failed("Fail")])).toBe(true);
  expect(failsAgain([failed("Choice"), failed("Task")])).toBe(false);
  expect(failsAgain([step("Pass#1", { type: "Pass", status: "ABORTED" })])).toBe(false);
  expect(failsAgain([])).toBe(false);
});

describe("attempts", () => {
  const attempt = (number: number, from: number, to: number) => ({
    number,
    started_at: moment(from),
    ended_at: moment(to),
    status: "FAILED",
    error: null,
    cause: null,
  });
  const tried = step("A#1", {
    attempts: [attempt(1, 0, 1), attempt(2, 3, 4), attempt(3, 90, 91), attempt(4, 92, 93)],
    waits: [
      { from: moment(1), to: moment(3), why: "retry" },
      { from: moment(91), to: moment(92), why: "retry" },
    ],
  });
  it("begin after a redrive where no Retrier waited", () => {
    expect([0, 1, 2, 3].map((place) => beginsAfterRedrive(tried, place))).toEqual([false, false, true, false]);
    expect(attemptsSince(tried)).toBe(2);
  });
  it("begin after a Retrier that waited no time at all", () => {
    const hasty = step("A#1", { attempts: [attempt(1, 0, 1), attempt(2, 1, 2)] });
    expect(beginsAfterRedrive(hasty, 1)).toBe(false);
    expect(attemptsSince(hasty)).toBeNull();
  });
  it("begin after a redrive where the Retrier's interval was cut short", () => {
    const cut = step("A#1", {
      attempts: [attempt(1, 0, 1), attempt(2, 50, 51)],
      waits: [{ from: moment(1), to: moment(2), why: "retry" }],
    });
    expect(beginsAfterRedrive(cut, 1)).toBe(true);
  });
});

it("counts in words", () => {
  expect([1, 2, 3].map(timesWords)).toEqual(["once", "twice", "3 times"]);
  expect(progressWords(120, 2)).toBe("120 redriven, 2 refused");
  expect(progressWords(1, 0)).toBe("1 redriven");
});
