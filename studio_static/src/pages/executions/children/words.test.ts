import { expect, test } from "vitest";
import type { MapRun } from "../../../api/schema";
import { childrenOfRun, firstShown, labelOf, shownOf, uuidOf } from "./words";

const run = (counts: Record<string, number>) => ({ counts: { total: 10, ...counts } }) as unknown as MapRun;
const first = (counts: Record<string, number>) => firstShown(shownOf(run(counts)));

test("failures come first, then what runs, then all", () => {
  expect(first({ failed: 1, running: 3 })).toBe("failed");
  expect(first({ timed_out: 1 })).toBe("failed");
  expect(first({ aborted: 1 })).toBe("failed");
  expect(first({ running: 3, succeeded: 2 })).toBe("running");
  expect(first({ succeeded: 10 })).toBe("all");
  expect(shownOf(run({ failed: 1, timed_out: 2, aborted: 3 }))[0]).toMatchObject({ count: 6 });
});

test("a card counts the children, and a run has a name to read and one to ask by", () => {
  expect(childrenOfRun(run({ failed: 2, aborted: 1 }))).toEqual({ visits: 10, failed: 3 });
  expect(childrenOfRun(undefined)).toBeNull();
  const arn = "arn:aws:states:local:default:mapRun:flow/Spread:6f1e";
  expect([labelOf(arn), uuidOf(arn)]).toEqual(["Spread", "6f1e"]);
});
