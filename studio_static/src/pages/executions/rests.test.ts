import { describe, expect, it } from "vitest";
import { begunAsIf, restsOf, secondsRan } from "./rests";
import { indexOf } from "./steps";
import { moment, step } from "./testing.testdata";

const second = (at: number) => Date.parse(moment(at));
const found = (steps: ReturnType<typeof step>[], redrives = 1, isOpen = false) =>
  restsOf(indexOf(steps), redrives, isOpen).map(({ start, end }) => [
    (start - second(0)) / 1000,
    end === Number.MAX_SAFE_INTEGER ? "never" : (end - second(0)) / 1000,
  ]);
const attempt = (number: number, from: number, to: number | null, status = "FAILED") => ({
  number,
  started_at: moment(from),
  ended_at: to === null ? null : moment(to),
  status,
  error: null,
  cause: null,
});

describe("restsOf", () => {
  it("is between an attempt that failed and the next, where no Retrier waited", () => {
    const call = step("Call#1", {
      to: 62,
      attempts: [attempt(1, 0, 1), attempt(2, 3, 4), attempt(3, 60, 62, "SUCCEEDED")],
      waits: [{ from: moment(1), to: moment(3), why: "retry" }],
    });
    expect(found([call])).toEqual([[4, 60]]);
    expect(found([call], 0)).toEqual([]);
  });
  it("is between two visits of a state, and lasts until the first in any branch goes on", () => {
    const steps = [
      step("P#1", { type: "Parallel", to: 99, attempts: [attempt(1, 0, 99, "SUCCEEDED")] }),
      step("P#1:0:Nap#1", {
        parent: "P#1",
        branch: 0,
        status: "ABORTED",
        to: 4,
        waits: [{ from: moment(0), to: moment(4), why: "wait" }],
      }),
      step("P#1:1:Odd#1", { parent: "P#1", branch: 1, status: "FAILED", from: 3, to: 4 }),
      step("P#1:0:Nap#2", { parent: "P#1", branch: 0, status: "WAITING", from: 50, to: null }),
      step("P#1:1:Odd#2", { parent: "P#1", branch: 1, from: 55, to: 56 }),
    ];
    expect(found(steps, 1, true)).toEqual([[4, 50]]);
  });
  it("is no pause after what succeeded, and never more than there were redrives", () => {
    const steps = [
      step("A#1", { to: 1 }),
      step("B#1", { from: 100, to: 101, status: "FAILED" }),
      step("B#2", { from: 110, to: 111, status: "FAILED" }),
      step("B#3", { from: 180, to: 181 }),
    ];
    expect(found(steps, 2)).toEqual([
      [101, 110],
      [111, 180],
    ]);
    expect(found(steps, 1)).toEqual([[111, 180]]);
  });
  it("goes on while nothing has followed the redrive yet", () => {
    const failed = step("A#1", { to: 2, status: "FAILED" });
    expect(found([failed], 1, true)).toEqual([[2, "never"]]);
    expect(found([failed], 1, false)).toEqual([]);
  });
});

it("leaves rests out of what a step took and counts on from", () => {
  const rests = [{ start: second(2), end: second(62) }];
  expect(secondsRan(rests, moment(0), moment(65))).toBe(5);
  expect(secondsRan(rests, moment(0), null)).toBeNull();
  expect(begunAsIf(rests, moment(0), second(70))).toBe(moment(60));
});
