import { describe, expect, it } from "vitest";
import { differencesOf } from "./differences";

describe("differencesOf", () => {
  it("finds none in equal values, whatever the order of fields", () => {
    const values = [null, 0, "a", [], {}, { a: [1, { b: null }], c: "d" }];
    for (const value of values) expect(differencesOf(value, structuredClone(value))).toEqual({ found: [], count: 0 });
    expect(differencesOf({ a: 1, b: 2 }, { b: 2, a: 1 }).count).toBe(0);
  });
  it("names the innermost places", () => {
    const here = { order: { lines: [{ sku: "A", quantity: 0 }], note: "x" }, paid: true };
    const there = { order: { lines: [{ sku: "A", quantity: 4 }], note: "x" }, paid: true };
    expect(differencesOf(here, there).found).toEqual([{ path: ["order", "lines", 0, "quantity"], here: 0, there: 4 }]);
  });
  it("tells what only one of them has", () => {
    expect(differencesOf({ a: null }, { b: [1] }).found).toEqual([
      { path: ["a"], here: null },
      { path: ["b"], there: [1] },
    ]);
    expect(differencesOf([1], [1, 2]).found).toEqual([{ path: [1], there: 2 }]);
  });
  it("tells values of another shape whole", () => {
    expect(differencesOf({ a: [1] }, { a: { 0: 1 } }).found).toEqual([{ path: ["a"], here: [1], there: { 0: 1 } }]);
    expect(differencesOf("1", 1).found).toEqual([{ path: [], here: "1", there: 1 }]);
  });
  it("keeps some and counts all", () => {
    const many = differencesOf(Array(1000).fill(0), Array(1000).fill(1), 50);
    expect([many.found.length, many.count]).toEqual([50, 1000]);
  });
  it("walks deep values without calling itself", () => {
    const deep = (end: number) => JSON.parse(`${"[".repeat(5000)}${end}${"]".repeat(5000)}`);
    expect(differencesOf(deep(1), deep(2)).found[0]?.path.length).toBe(5000);
  });
});
