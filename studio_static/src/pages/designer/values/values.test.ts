import { describe, expect, it } from "vitest";
import { pathsOf, preview, rowsOf, sampleOf } from "./paths";
import { scan, spanAt } from "./positions";

describe("sample paths", () => {
  const sample = { order: { "e-mail": "x", lines: [{ sku: "A" }, { sku: "B" }] } };
  it("are written as each language wants", () => {
    expect(pathsOf(sample, "$", "JSONPath").map((found) => found.path)).toEqual([
      "$",
      "$.order",
      "$.order['e-mail']",
      "$.order.lines",
      "$.order.lines[0]",
      "$.order.lines[0].sku",
    ]);
    expect(pathsOf(sample, "$states.input", "JSONata").map((found) => found.path)).toContain(
      "$states.input.order.`e-mail`",
    );
  });
  it("are listed in the order of the text, with their depth", () => {
    expect(rowsOf(sample, "$", "JSONPath").map(({ name, depth }) => `${depth} ${name}`)).toEqual([
      "0 $",
      "1 order",
      "2 ['e-mail']",
      "2 lines",
      "3 [0]",
      "4 sku",
    ]);
  });
  it("have short previews", () => {
    expect([preview([1, 2]), preview({ a: 1 }), preview("x".repeat(50)).length, preview(undefined)]).toEqual([
      "[ 2 ]",
      "{ 1 }",
      40,
      "nothing",
    ]);
  });
  it("come from an input schema where there is no run", () => {
    expect(
      sampleOf({
        type: "object",
        properties: { a: { type: "integer", minimum: 3 }, b: { type: "array", items: { enum: ["x"] } } },
      }),
    ).toEqual({ a: 3, b: ["x"] });
  });
});

describe("places in JSON", () => {
  it("are found by pointer", () => {
    const text = '{\n  "a/b": [1, {"c": true}]\n}';
    const { spans, fault } = scan(text);
    expect(fault).toBeNull();
    const at = (pointer: string) => {
      const span = spanAt(spans, pointer);
      return span === null ? null : text.slice(span.from, span.to);
    };
    expect(at("/a~1b/1/c")).toBe('"c": true');
    expect(at("/a~1b/0")).toBe("1");
    expect(at("/a~1b/1/missing")).toBe('{"c": true}');
  });
  it.each([
    ["", "ends too early", 1],
    ['{"a": 1,}', "comma too many before this brace", 1],
    ['{"a": 1 "b": 2}', "comma or }", 1],
    ['{"a" 1}', "colon", 1],
    ["[1,]", "comma too many before this bracket", 1],
    ['{"a": "x\n}', "closing quote", 1],
    ['{"a": 1, "a": 2}', "given twice", 1],
    ["{\n\n a: 1}", "double quotes", 3],
    ["1 2", "may follow", 1],
    ["{", "ends too early", 1],
  ])("%j is explained", (text, words, line) => {
    const { fault } = scan(text);
    expect(fault?.message).toContain(words);
    expect(fault?.line).toBe(line);
  });
  it("agree with the browser's parser on what is JSON", () => {
    for (const text of ['{"a":[1,2,{"b":null}]}', "-0.5e3", '"\\u00e9"', "01", "[1 2]", "{}", "nul", '"\t"']) {
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      expect(scan(text).fault === null, text).toBe(parses);
    }
  });
});
