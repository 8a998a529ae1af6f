import { describe, expect, it } from "vitest";
import type { Definition } from "./types";
import { newStates } from "./walk";

const pass = { Type: "Pass", End: true };
const scope = (...names: string[]) => ({
  StartAt: names[0] ?? "",
  States: Object.fromEntries(names.map((name) => [name, pass])),
});

describe("newStates", () => {
  it("are those whose names were not there", () => {
    expect(newStates(scope("a", "c"), scope("a", "b", "c", "d"))).toEqual(["/States/b", "/States/d"]);
    expect(newStates(scope("a", "b"), scope("a"))).toEqual([]);
  });

  it("has a container without what is in it, and what is new in an old one", () => {
    const branches = (...inner: string[]): Definition => ({
      StartAt: "p",
      States: { p: { Type: "Parallel", Branches: [scope("x"), scope(...inner)], End: true } },
    });
    expect(newStates(scope("a"), branches("y"))).toEqual(["/States/p"]);
    expect(newStates(branches("y"), branches("y", "z"))).toEqual(["/States/p/Branches/1/States/z"]);
  });

  it("does not take a state for new that stands elsewhere now", () => {
    const map: Definition = { StartAt: "m", States: { m: { Type: "Map", ItemProcessor: scope("a"), End: true } } };
    expect(newStates(map, scope("a", "m"))).toEqual([]);
  });
});
