import { describe, expect, it } from "vitest";
import { inLine, pathText, summary, tooLarge } from "./json";

describe("pathText", () => {
  it.each([
    [[], "$"],
    [["order", "total"], "$.order.total"],
    [["lines", 0, "unit price"], "$.lines[0]['unit price']"],
    [["it's"], "$['it\\'s']"],
  ])("%j is %s", (path, text) => expect(pathText(path)).toBe(text));
});

describe("summary", () => {
  it("counts", () => {
    expect(summary([1])).toBe("1 item");
    expect(summary({ a: 1, b: 2 })).toBe("2 fields");
  });
});

it("cuts what is told in a line", () => expect(inLine("x".repeat(100), 10)).toBe(`"${"x".repeat(8)}…`));

describe("tooLarge", () => {
  it("knows what the API left out", () => {
    const href = "/executions/x%3A1/payload?part=input";
    expect(tooLarge({ $too_large: { bytes: 300_000, href } })).toEqual({ bytes: 300_000, href });
    expect(tooLarge({ $too_large: { bytes: 300_000, href: null } })).toEqual({ bytes: 300_000, href: null });
    expect(tooLarge({ order: 1 })).toBeNull();
    expect(tooLarge(null)).toBeNull();
  });
  it("takes no value of a workflow's own for one, and leads to no other address", () => {
    for (const inner of [null, 7, {}, { bytes: 1 }, { bytes: 1, href: "//example.com/x" }, { bytes: "1", href: null }])
      expect(tooLarge({ $too_large: inner })).toBeNull();
  });
});
