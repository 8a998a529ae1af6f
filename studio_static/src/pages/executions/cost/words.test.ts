import { expect, test } from "vitest";
import { millionWords, runMoneyWords } from "./words";

test("what one costs is read beside a million of them", () => {
  expect([0.0000284, 0.0000001, 3.456].map(runMoneyWords)).toEqual([
    "$0.000028; a million such $28",
    "under $0.000001; a million such $0.10",
    "$3.46; a million such $3,456,000",
  ]);
  expect([0.0000031, 0.0012344].map(millionWords)).toEqual(["$3.10", "$1,234"]);
});
