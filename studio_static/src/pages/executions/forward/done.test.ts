import { expect, test } from "vitest";
import type { Effect } from "../../../api/schema";
import { step } from "../testing.testdata";
import { doneBefore, doneWords, mayDouble } from "./done";

const effect = (state: string, at: number, outcome: Effect["outcome"]) => ({ state, step: at, outcome }) as Effect;

test("calls are counted by state, and where it goes on they are called again", () => {
  const ship = step("Ship#1");
  const found = doneBefore(
    [
      effect("Pay", 1, "DONE"),
      effect("Pay", 4, "DONE"),
      effect("Ship", ship.first_event, "REPEATED"),
      effect("Ship", ship.first_event, "UNKNOWN"),
      effect("Note", 9, "NOT_DONE"),
    ],
    [ship],
  );
  expect(found.map((each) => `${each.state}: ${doneWords(each)}`)).toEqual([
    "Pay: 2 done",
    "Ship: 1 unknown; will be called again",
    "Note: certainly not done",
  ]);
  expect(found.map(mayDouble)).toEqual([false, true, false]);
});

test("an earlier visit of the state is not the one that is called again", () => {
  const visits = [step("Pay#1"), step("Pay#2")] as const;
  const [pay] = doneBefore([effect("Pay", visits[0].first_event, "DONE")], [visits[1]]);
  expect(pay?.again).toBe(false);
});

test("what certainly was not done does not double, and a call under way may", () => {
  const [ship, book] = [step("Ship#1"), step("Book#1")];
  const found = doneBefore(
    [effect("Ship", ship.first_event, "NOT_DONE"), effect("Book", book.first_event, "UNDER_WAY")],
    [ship, book],
  );
  expect(found.map(mayDouble)).toEqual([false, true]);
});

test("a Map Run goes on with the items that failed", () => {
  const each = step("Each#1");
  const [run] = doneBefore([effect("Each", each.first_event, "IN_CHILDREN")], [each]);
  expect(run && doneWords(run)).toBe("1 Map Run, whose items have their own; goes on");
  expect(run && mayDouble(run)).toBe(false);
});
