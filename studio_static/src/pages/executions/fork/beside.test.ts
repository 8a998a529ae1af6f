import { expect, test } from "vitest";
import type { HistoryEvent } from "../log/events";
import { step } from "../testing.testdata";
import { differenceWords, outputsOf, rowsBeside } from "./beside";

const ids = (rows: ReturnType<typeof rowsBeside>) => rows.map((row) => [row.fork?.id ?? "-", row.original?.id ?? "-"]);
const none = new Map<number, string>();

test("the same visit stands beside itself, and what one alone entered has an empty side", () => {
  const original = [step("Book#1"), step("Choose#1"), step("Road#1"), step("Choose#2")];
  const fork = [step("Book#1"), step("Choose#1"), step("Air#1"), step("Choose#2"), step("Air#2")];
  expect(ids(rowsBeside(fork, original))).toEqual([
    ["Book#1", "Book#1"],
    ["Choose#1", "Choose#1"],
    ["Air#1", "-"],
    ["-", "Road#1"],
    ["Choose#2", "Choose#2"],
    ["Air#2", "-"],
  ]);
});

test("branches that were entered in another order stand beside each other", () => {
  const rows = rowsBeside([step("P#1:1:B#1"), step("P#1:0:A#1")], [step("P#1:0:A#1"), step("P#1:1:B#1")]);
  expect(rows.every((row) => row.fork?.id === row.original?.id)).toBe(true);
});

test("a fork of which nothing is the original's comes first", () => {
  expect(ids(rowsBeside([step("Air#1")], [step("Road#1")]))).toEqual([
    ["Air#1", "-"],
    ["-", "Road#1"],
  ]);
});

test("outputs are those of the events by which a state was left", () => {
  const events: HistoryEvent[] = [
    { id: 1, previousEventId: 0, type: "PassStateEntered", timestamp: 0, stateEnteredEventDetails: { input: "{}" } },
    { id: 2, previousEventId: 1, type: "PassStateExited", timestamp: 0, stateExitedEventDetails: { output: "1" } },
  ];
  expect([...outputsOf(events)]).toEqual([[2, "1"]]);
});

test("a row says what differs, and nothing where that is not known", () => {
  const [fork, original] = [step("A#1"), step("A#1")];
  const row = { fork, original };
  const says = (own: string, other: string) =>
    differenceWords(row, new Map([[fork.last_event, own]]), new Map([[original.last_event, other]]));
  expect(says("1", "1")).toBe("same output");
  expect(says("1", "2")).toBe("another output");
  expect(says('"********"', '"********"')).toBe("outputs are hidden");
  expect(differenceWords(row, none, none)).toBe("");
  expect(differenceWords({ fork: { ...fork, status: "FAILED" }, original }, none, none)).toBe("ended otherwise");
  expect(differenceWords({ fork, original: null }, none, none)).toBe("only in the fork");
  expect(differenceWords({ fork: null, original }, none, none)).toBe("only in the original");
});
