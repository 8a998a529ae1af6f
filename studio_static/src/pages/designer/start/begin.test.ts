import { describe, expect, it } from "vitest";
import { toDosOf } from "../problems/todos";
import { fromTemplate, whatFits } from "./begin";

describe("a draft from a template", () => {
  const document = { name: "refund", description: "Refunds.", definition: { StartAt: "Pay", States: {} }, cases: [] };

  it("has its own name, and keeps the template's to-dos beside the definition", () => {
    const toDo = { state: "Pay", pointer: "", text: "the channel of support." };
    const draft = fromTemplate({ document, to_dos: [toDo] }, "refund_2");
    const { studio: _, ...rest } = draft;
    expect(rest).toEqual({ ...document, name: "refund_2" });
    expect(toDosOf(draft)).toEqual([toDo]);
  });
  it("keeps nothing beside it where nothing is to do", () => {
    expect(fromTemplate({ document, to_dos: [] }, "refund")).toEqual(document);
  });
});

describe("the words that templates are found by", () => {
  it("are those of the search, else those of the sentence", () => {
    expect(whatFits(" refund ", "ask finance")).toBe("refund");
    expect(whatFits(" ", " ask\n finance ")).toBe("ask finance");
    expect(whatFits("", "")).toBe("");
  });
  it("are not the whole of a long text", () => {
    expect(whatFits("", "word ".repeat(500)).length).toBeLessThanOrEqual(400);
  });
});
