import { describe, expect, it } from "vitest";
import type { TrialAnswer } from "../../../api/schema";
import { type Definition, type JsonObject, pinsOf } from "../../../asl";
import type { ConnectorList } from "../palette/items";
import { answersOf, caseOf, casesOf, noCase, withCase, withoutCase } from "./cases";
import { callsOf, canPin, withPin } from "./plan";
import { answeringOf, requestOf, type Tests } from "./useTests";

const task = (resource: string, more: JsonObject) => ({ Type: "Task", Resource: resource, ...more });
const FLOW: Definition = {
  StartAt: "Look",
  States: {
    Look: task("connector:bank:balance", { Next: "Big?" }),
    "Big?": { Type: "Choice", Choices: [{ Next: "Book" }], Default: "Both" },
    Book: task("connector:bank:book.waitForTaskToken", {
      Next: "Both",
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Sorry" }],
    }),
    Both: {
      Type: "Parallel",
      End: true,
      Branches: [
        {
          StartAt: "L1",
          States: { L1: task("connector:x:l1", { Next: "L2" }), L2: task("connector:x:l2", { End: true }) },
        },
        { StartAt: "R", States: { R: task("arn:aws:states:::dynamodb:getItem", { End: true }) } },
      ],
    },
    Sorry: task("connector:x:sorry", { End: true }),
  },
};
const action = (name: string, kind: string) => ({
  name,
  resource: `connector:bank:${name}`,
  description: "",
  kind,
  at_most_once: false,
  inputs: {},
  outputs: { receipt: { type: "string" as const } },
});
const CONNECTORS: ConnectorList = {
  connectors: [
    { code: "bank", name: "Bank", description: "", actions: [action("balance", "read"), action("book", "write")] },
  ],
};
const names = (mode: Parameters<typeof callsOf>[1], selected: string | null) =>
  callsOf(FLOW, mode, selected, CONNECTORS).map((call) => call.name);
const BOTH = "/States/Both/Branches";

describe("what runs", () => {
  it("is everything, or a part around the selected state", () => {
    expect(names("all", null)).toEqual(["Look", "Book", "L1", "L2", "R", "Sorry"]);
    expect(names("step", "/States/Look")).toEqual(["Look"]);
    expect(names("step", "/States/Both")).toEqual(["L1", "L2", "R"]);
    expect(names("from", "/States/Book")).toEqual(["Book", "L1", "L2", "R", "Sorry"]);
    expect(names("from", `${BOTH}/0/States/L2`)).toEqual(["L2"]);
    expect(names("up_to", "/States/Book")).toEqual(["Look", "Book"]);
    expect(names("up_to", `${BOTH}/0/States/L1`)).toEqual(["Look", "Book", "L1"]);
  });

  it("knows a call's path, whether it only reads, and a sample of its answer", () => {
    const calls = callsOf(FLOW, "all", null, CONNECTORS);
    expect(calls.map((call) => [call.path, call.reads])).toEqual([
      ["Look", true],
      ["Book", false],
      ["Both/0/L1", false],
      ["Both/0/L2", false],
      ["Both/1/R", true],
      ["Sorry", false],
    ]);
    expect(calls[1]?.sample).toEqual({ receipt: "text" });
  });
});

describe("pins", () => {
  it("stand in the document's own part for the Studio and leave no trace", () => {
    const document = { name: "flow", studio: { notes: [] } };
    const pinned = withPin(document, "Look", null);
    expect(pinned).toEqual({ name: "flow", studio: { notes: [], pins: { Look: null } } });
    expect(pinsOf(pinned)).toEqual({ Look: null });
    expect(withPin(pinned, "Look", undefined)).toEqual(document);
    expect(withPin(withPin({ name: "flow" }, "A", 1), "A", undefined)).toEqual({ name: "flow" });
  });

  it("are for states that have an output", () => {
    expect(canPin(FLOW, "/States/Both")).toBe(true);
    expect(canPin(FLOW, "/States/Big?")).toBe(false);
  });
});

const TESTS: Tests = {
  mode: "all",
  input: undefined,
  mends: null,
  variables: { x: 1 },
  answers: {},
  run: null,
  cases: null,
};

describe("the request", () => {
  const calls = callsOf(FLOW, "all", null, CONNECTORS);

  it("calls what reads and mocks what writes, unless somebody says otherwise", () => {
    const request = requestOf({ name: "flow" }, null, TESTS, { a: 1 }, calls, {});
    expect(request.allow).toEqual(["connector:bank:balance", "arn:aws:states:::dynamodb:getItem"]);
    expect(Object.keys(request.mocks ?? {})).toEqual(["Book", "Both/0/L1", "Both/0/L2", "Sorry"]);
    expect(request.variables).toBeUndefined();
    expect(request.use_reads).toBe(false);
  });

  it("says what was chosen", () => {
    const answers: Tests["answers"] = { Look: { kind: "error", error: "", cause: "gone" }, Book: { kind: "real" } };
    const request = requestOf({ name: "flow" }, "Book", { ...TESTS, mode: "from", answers }, {}, calls, { R: 1 });
    expect(request).toMatchObject({ mode: "from", state: "Book", variables: { x: 1 }, pins: { R: 1 } });
    expect(request.mocks?.Look).toEqual({ error: "States.TaskFailed", cause: "gone" });
    expect(request.allow).toContain("connector:bank:book.waitForTaskToken");
  });
});

const step = (name: string, resource: string | null, attempts: object[]) => ({
  id: `${name}#1`,
  name,
  resource,
  attempts,
});
const ANSWER = {
  status: "SUCCEEDED",
  output: { ok: true },
  error: null,
  cause: null,
  steps: [
    step("Look", "connector:bank:balance", [
      { number: 1, status: "FAILED", error: "Busy", cause: "later" },
      { number: 2, status: "SUCCEEDED", error: null, cause: null },
    ]),
    step("Big?", null, []),
  ],
  values: { "Look#1": { result: 12 } },
  unmocked_writes: [],
} as unknown as TrialAnswer;

describe("cases", () => {
  it("are made of a run: every answer in order, and how it ended", () => {
    expect(caseOf("one", { a: 1 }, ANSWER)).toEqual({
      name: "one",
      input: { a: 1 },
      stubs: {
        "connector:bank:balance": [
          { state: "Look", error: "Busy", cause: "later" },
          { state: "Look", output: 12 },
        ],
      },
      expect: { status: "SUCCEEDED", output: { ok: true } },
    });
    const failed = { ...ANSWER, status: "FAILED", error: "Sorry", steps: [] } as unknown as TrialAnswer;
    expect(caseOf("two", null, failed)).toEqual({
      name: "two",
      input: null,
      expect: { status: "FAILED", error: "Sorry" },
    });
  });

  it("are only made of whole runs that ended by themselves", () => {
    expect(noCase(ANSWER, "all", 0)).toBeNull();
    expect(noCase(ANSWER, "step", 0)).toContain("whole workflow");
    expect(noCase(ANSWER, "all", 1)).toContain("pins");
    expect(noCase({ ...ANSWER, status: "RUNNING" }, "all", 0)).toContain("end");
  });

  it("are kept among the others, those of a Choice as they are", () => {
    const document = { name: "flow", cases: [{ name: "rule", state: "Big?", input: 1, expect: { next: "Book" } }] };
    const more = withCase(document, caseOf("one", 1, ANSWER));
    expect(casesOf(more).map((each) => [each.name, each.choice])).toEqual([
      ["rule", "Big?"],
      ["one", null],
    ]);
    expect(withoutCase(more, "one")).toEqual(document);
    expect(withoutCase(document, "rule")).toEqual({ name: "flow" });
  });

  it("give the calls their first answers when they are loaded", () => {
    const calls = callsOf(FLOW, "all", null, CONNECTORS);
    const answers = answersOf(caseOf("one", 1, ANSWER), calls);
    expect(answers).toEqual({ Look: { kind: "error", error: "Busy", cause: "later" } });
    const look = calls[0];
    if (look === undefined) throw new Error("no call");
    expect(answeringOf(look, answers).kind).toBe("error");
    expect(answeringOf(look, {}).kind).toBe("real");
  });
});
