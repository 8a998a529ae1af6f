import { expect, test } from "vitest";
import type { ForwardPlan } from "../../../api/schema";
import { going, reasonsOf, stateAt, verdictWords } from "./plans";

const plan = (fits: boolean, more: Partial<ForwardPlan> = {}): ForwardPlan => ({
  id: "flow:one",
  from_version: 1,
  version: 2,
  fits,
  ...more,
});
const finding = (place: string, message: string) => ({ place, message, frame: null, execution: "" });

test("what many say alike stands once, the gravest first", () => {
  const gone = finding("/States", "it is gone");
  const plans = [
    plan(true, { notes: [finding("/States/A", "kept")] }),
    plan(false, { refusals: [gone] }),
    plan(false, { refusals: [gone] }),
    plan(false, { message: "its term is over" }),
  ];
  expect(reasonsOf(plans)).toEqual([
    { kind: "against", place: "/States", message: "it is gone", count: 2 },
    { kind: "against", place: "", message: "its term is over", count: 1 },
    { kind: "note", place: "/States/A", message: "kept", count: 1 },
  ]);
});

test.each([
  ["/States/Ship/Parameters/a.$", "Ship"],
  ["/States/Each/ItemProcessor/States/a~1b/Assign", "a/b"],
  ["/States", null],
  ["", null],
])("%s lies in %s", (pointer, state) => {
  expect(stateAt(pointer)).toBe(state);
});

test("how many fit is said of one and of many", () => {
  const doubtful = plan(true, { doubts: [finding("/States/A", "perhaps")] });
  expect(verdictWords([plan(true)])).toBe("It fits.");
  expect(verdictWords([doubtful])).toBe("It fits, with doubts.");
  expect(verdictWords([plan(false)])).toBe("It does not fit.");
  expect(verdictWords([plan(true), doubtful, plan(false)])).toBe("2 of 3 fit, 1 of them with doubts.");
  expect([going([plan(true), doubtful, plan(false)], false), going([doubtful], true)]).toEqual([1, 1]);
});
