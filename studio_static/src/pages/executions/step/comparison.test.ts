import { describe, expect, it } from "vitest";
import { indexOf } from "../steps";
import { mapOf, step } from "../testing.testdata";
import { counterpartOf, partingOf, partingWords } from "./comparison";

const way = (...names: string[]) => indexOf(names.map((name, at) => step(`${name}#${at + 1}`)));

describe("counterpartOf", () => {
  it("is the same item's step, else the state's last", () => {
    const [here, there] = [mapOf(4, [3]), indexOf(mapOf(2))];
    const [, first, , , last] = here;
    if (first === undefined || last === undefined) throw new Error("a Map of four has four items");
    const path = "Each/Work";
    const named = indexOf([...there.byId.values()].map((each) => ({ ...each, path: each.parent ? path : "Each" })));
    expect(counterpartOf({ ...first, path }, named)?.id).toBe("Each#1:0:Work#1");
    expect(counterpartOf({ ...last, path }, named)?.id).toBe("Each#1:1:Work#1");
  });
  it("is none where the state was not entered", () => {
    expect(counterpartOf(step("Refund#1"), way("Book"))).toBeNull();
  });
});

describe("partingOf", () => {
  const words = (here: string[], there: string[]) => partingWords(partingOf(way(...here), way(...there)));
  it("says where two ways part", () => {
    expect(words(["A", "B"], ["A", "B"])).toBe("Both went the same way.");
    expect(words([], [])).toBe("Both went the same way.");
    expect(words(["A", "B"], ["A", "C"])).toBe(
      "Both went the same way up to A; then this one went to B, that one to C.",
    );
    expect(words(["A"], ["A", "C"])).toBe(
      "Both went the same way up to A; there this one ended, that one went on to C.",
    );
    expect(words(["A", "B"], ["A"])).toBe(
      "Both went the same way up to A; there that one ended, this one went on to B.",
    );
    expect(words(["A"], ["B"])).toBe("This one began with A, that one with B.");
    expect(words([], ["B"])).toBe("This one began with nothing, that one with B.");
  });
});
