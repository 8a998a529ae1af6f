import { describe, expect, it } from "vitest";
import { nameProblem } from "./names";

describe("nameProblem", () => {
  it.each(["", "a b", "a.b", "é", "x".repeat(81)])("refuses %j", (name) => expect(nameProblem(name)).not.toBeNull());
  it("takes a new name only", () => {
    expect(nameProblem("order_flow")).toBeNull();
    expect(nameProblem("order_flow", ["order_flow"])).toContain("There is a workflow");
  });
});
