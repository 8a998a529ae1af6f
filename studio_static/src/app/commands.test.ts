import { describe, expect, it } from "vitest";
import { score } from "./commands";

const orderFlow = { text: "order_flow", detail: "Version 3", keywords: "payments" };

describe("score", () => {
  it("puts a beginning before a word within, that before letters within", () => {
    const best = [
      score(orderFlow, "ord"),
      score(orderFlow, "flow"),
      score(orderFlow, "der"),
      score(orderFlow, "odflw"),
    ];
    expect(best).toEqual([...best].sort((a, b) => (b ?? 0) - (a ?? 0)));
    expect(best.every((each) => each !== null)).toBe(true);
  });
  it("needs every word", () => {
    expect(score(orderFlow, "order payments")).not.toBeNull();
    expect(score(orderFlow, "order refund")).toBeNull();
  });
  it("finds everything when nothing is typed", () => expect(score(orderFlow, "")).toBe(0));
  it("does not scatter two letters", () => expect(score(orderFlow, "dw")).toBeNull());
});
