import { describe, expect, it } from "vitest";
import type { Definition } from "../../../asl";
import { completeExpression, completeJson, type Knowledge } from "./complete";
import { contextAt } from "./context";

const definition: Definition = {
  QueryLanguage: "JSONata",
  StartAt: "First",
  States: {
    First: { Type: "Pass", Assign: { total: 1 }, Next: "Call" },
    Call: { Type: "Task", Resource: "connector:http:request", Arguments: {}, End: true },
    Both: { Type: "Parallel", Branches: [{ StartAt: "In", States: { In: { Type: "Pass", End: true } } }], End: true },
  },
};
const known: Knowledge = {
  definition,
  pointer: "/States/Call",
  sample: { title: "s", input: { order: { total: 5 } }, variables: { total: 1 } },
  connectors: {
    connectors: [
      {
        code: "http",
        name: "HTTP",
        description: "",
        actions: [
          {
            name: "request",
            resource: "connector:http:request",
            description: "",
            kind: "write",
            at_most_once: false,
            inputs: { url: { type: "string", required: true } },
            outputs: {},
          },
        ],
      },
    ],
  },
  secrets: ["STRIPE_KEY"],
};

async function offered(text: string, whole = false): Promise<string[]> {
  const position = text.indexOf("|");
  const clean = text.replace("|", "");
  const asked = whole ? { ...known, pointer: null } : known;
  const found = await completeJson(() => asked)(clean, position, true);
  return found?.options.map((option) => option.label) ?? [];
}

describe("the cursor's place", () => {
  it.each([
    ['{"Next": "Ca', ["Next"], "value", "Ca"],
    ['{"Retry": [{"ErrorEquals": ["States.', ["Retry", 0, "ErrorEquals", 0], "value", "States."],
    ['{"a": [1, {"b', ["a", 1], "key", "b"],
    ['{"a": 1, ', [], "key", ""],
    ['{"a": "x:{", "b": tr', ["b"], "value", "tr"],
  ])("%s", (text, path, at, typed) => {
    expect(contextAt(text, text.length)).toMatchObject({ path, at, typed });
  });
  it("is nowhere outside of an object", () => expect(contextAt("", 0)).toBeNull());
});

describe("completion in JSON", () => {
  it("offers the states that can be led to, of the same scope only", async () => {
    expect(await offered('{"Type": "Pass", "Next": "|"}')).toEqual(["First", "Call", "Both"]);
    expect(await offered('{"States": {"Both": {"Branches": [{"States": {"In": {"Next": "|"}}}]}}}', true)).toEqual([
      "In",
    ]);
  });
  it("offers error names, the connectors' too", async () => {
    expect(await offered('{"Retry": [{"ErrorEquals": ["|"]}]}')).toEqual(
      expect.arrayContaining(["States.Timeout", "http.ConnectorError"]),
    );
  });
  it("offers a connector's inputs and the secrets", async () => {
    expect(await offered('{"Arguments": {"|"}}')).toEqual(["url"]);
    expect(await offered('{"Arguments": {"key": {"$secret": "|"}}}')).toEqual(["STRIPE_KEY"]);
  });
  it("offers a state's fields, quoted where no quotes are", async () => {
    expect(await offered('{"Type": "Task", "|"}')).toEqual(
      expect.arrayContaining(["Arguments", "Retry", "TimeoutSeconds"]),
    );
    const found = await completeJson(() => known)("{ Ret", 5, true);
    expect(found?.options.find((option) => option.label === "Retry")?.apply).toBe('"Retry"');
  });
  it("offers the fields and values of the objects in a state, in its language", async () => {
    expect(await offered('{"Retry": [{"|"}]}')).toEqual(expect.arrayContaining(["ErrorEquals", "BackoffRate"]));
    expect(await offered('{"Retry": [{"JitterStrategy": "|"}]}')).toEqual(["FULL", "NONE"]);
    expect(await offered('{"ItemReader": {"ReaderConfig": {"|"}}}')).toContain("CSVDelimiter");
    expect(await offered('{"Catch": [{"|"}]}')).not.toContain("ResultPath");
    expect(await offered('{"Arguments": {"Retry": {"|"}}}')).toEqual([]);
  });
  it("completes expressions within their braces", async () => {
    expect(await offered('{"Output": "{% $states.input.|"}')).toEqual(
      expect.arrayContaining(["$states.input.order.total", "$total", "$sum"]),
    );
  });
});

it("completes an expression by variables, sample paths and functions", async () => {
  const found = await completeExpression(() => known, "JSONata")("1 + $to", 7, false);
  expect(found?.from).toBe(4);
  expect(found?.options.find((option) => option.label === "$total")).toMatchObject({ kind: "variable", detail: "1" });
  const paths = await completeExpression(() => known, "JSONPath")("$.o", 3, false);
  expect(paths?.options.map((option) => option.label)).toEqual(
    expect.arrayContaining(["$.order.total", "States.Format", "$$.Execution.Id"]),
  );
});
