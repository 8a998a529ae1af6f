import { describe, expect, it } from "vitest";
import { indexOf } from "../steps";
import { mapOf, step } from "../testing.testdata";
import { failuresFirst, itemsOf, keysTo, rowsOf } from "./rows";

const NONE = new Map<string, boolean>();
const labels = (steps: Parameters<typeof rowsOf>[0], folds: ReadonlyMap<string, boolean> = NONE) =>
  rowsOf(steps, folds).map((row) => `${"  ".repeat(row.depth)}${row.label}${row.hint ? ` (${row.hint})` : ""}`);

describe("rowsOf", () => {
  it("puts a branch's steps together, whatever ran beside them", () => {
    const inner = (id: string, branch: number) => step(id, { parent: "P#1", branch });
    const steps = [
      step("P#1", { type: "Parallel" }),
      inner("P#1:0:A#1", 0),
      inner("P#1:1:B#1", 1),
      inner("P#1:0:C#1", 0),
    ];
    expect(labels(steps)).toEqual(["P", "  A", "  C", "  B"]);
  });
  it("shows all of a few items", () => {
    expect(labels(mapOf(2))).toEqual(["Each", "  Work (item 1)", "  Work (item 2)"]);
  });
  it("folds many, and shows the failed ones before", () => {
    expect(labels(mapOf(100))).toEqual(["Each (100 items)"]);
    expect(labels(mapOf(100, [36]))).toEqual(["Each (100 items)", "  Work (item 37)", "  99 other items"]);
  });
  it("unfolds what is asked for", () => {
    const folds = new Map([
      ["Each#1", true],
      ["Each#1 rest", true],
    ]);
    expect(labels(mapOf(100), folds)).toHaveLength(102);
    expect(labels(mapOf(100, [3]), new Map([["Each#1", false]]))).toEqual(["Each (100 items)"]);
  });
  it("gives an item of several steps a row of its own", () => {
    const steps = [...mapOf(1), step("Each#1:0:Check#1", { parent: "Each#1", item: 0 })];
    expect(labels(steps)).toEqual(["Each", "  Item 1"]);
    expect(labels(steps, new Map([["Each#1 item 0", true]]))).toEqual(["Each", "  Item 1", "    Work", "    Check"]);
  });
  it("shows at most twenty failed ones before the others", () => {
    const failed = Array.from({ length: 50 }, (_, number) => number);
    expect(labels(mapOf(100, failed))).toHaveLength(22);
  });
});

describe("items", () => {
  it("come failures first, then by number", () => {
    const steps = mapOf(5, [3]);
    const items = itemsOf(indexOf(steps), steps[0] as never);
    expect(failuresFirst(items).map((item) => item.index)).toEqual([3, 0, 1, 2, 4]);
  });
  it("is as well as its last step: an error that was caught in it is over", () => {
    const steps = [
      step("Each#1", { type: "Map" }),
      step("Each#1:0:Try#1", { parent: "Each#1", item: 0, status: "CAUGHT" }),
      step("Each#1:0:Mend#1", { parent: "Each#1", item: 0 }),
    ];
    expect(itemsOf(indexOf(steps), steps[0] as never)[0]?.status).toBe("SUCCEEDED");
  });
});

it("names what has to be open for a step", () => {
  const steps = mapOf(10);
  const folds = new Map(keysTo(indexOf(steps), steps[5] as never).map((key) => [key, true]));
  expect(rowsOf(steps, folds).some((row) => row.key === "Each#1:4:Work#1")).toBe(true);
});
