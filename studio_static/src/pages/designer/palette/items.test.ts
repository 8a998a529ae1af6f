import { describe, expect, it } from "vitest";
import { awsResource, typedSdkAction } from "./aws";
import { paletteItems, searchItems } from "./items";

const request = {
  name: "request",
  resource: "connector:http:request",
  description: "Send a request.",
  kind: "write",
  at_most_once: false,
  inputs: { url: { type: "string" as const, required: true } },
  outputs: {},
};
const http = {
  code: "http",
  name: "HTTP",
  description: "Sends requests.",
  actions: [request],
};
const slack = {
  code: "slack",
  name: "Slack",
  description: "Chat.",
  actions: [{ ...request, name: "post_message", resource: "connector:slack:post_message", inputs: {} }],
};
const items = paletteItems({ connectors: [http, slack] });

describe("the palette", () => {
  it("lists connectors, then the flow, then AWS", () => {
    const sections = [...new Set(items.map((item) => item.section))];
    expect(sections).toEqual(["Actions", "Flow", "AWS"]);
  });

  it("finds by name, by action and by what people call it", () => {
    const first = (text: string) => searchItems(items, text)[0]?.id;
    expect(first("loop")).toBe("flow:Map");
    expect(first("slack message")).toBe("connector:slack:post_message");
    expect(first("put item")).toBe("arn:aws:states:::dynamodb:putItem");
    expect(first("if")).toBe("flow:Choice");
    expect(searchItems(items, "no such thing")).toEqual([]);
  });

  it("shows of each connector the first actions, and common AWS calls, before anything is typed", () => {
    const many = {
      ...http,
      actions: ["a", "b", "c"].map((name) => ({ ...request, name, resource: `connector:http:${name}` })),
    };
    const shown = searchItems(paletteItems({ connectors: [many] }), "").map((item) => item.id);
    expect(shown.filter((id) => id.startsWith("connector:"))).toEqual(["connector:http:a", "connector:http:b"]);
    expect(shown).toContain("arn:aws:states:::lambda:invoke");
    expect(shown).toContain("arn:aws:states:::aws-sdk:bedrockruntime:converse");
    expect(shown).not.toContain("arn:aws:states:::eks:call");
  });

  it("calls another workflow and waits for its end", () => {
    const item = searchItems(items, "call another workflow")[0];
    expect(item?.id).toBe("flow:Workflow");
    expect(item?.fragment("JSONPath").States["Call Workflow"]).toEqual({
      Type: "Task",
      Resource: "arn:aws:states:::states:startExecution.sync:2",
      Parameters: { StateMachineArn: "", "Input.$": "$" },
      End: true,
    });
  });

  it("takes any SDK call that is typed", () => {
    expect(searchItems(items, "kms:generateMac")[0]?.id).toBe("arn:aws:states:::aws-sdk:kms:generateMac");
    const typed = typedSdkAction("s3 copyObject");
    expect(typed && awsResource(typed)).toBe("arn:aws:states:::aws-sdk:s3:copyObject");
    expect(typedSdkAction("hello")).toBeNull();
  });

  it("makes states in either language, with what is required", () => {
    const item = items.find((found) => found.id === "connector:http:request");
    expect(item?.fragment("JSONata")).toEqual({
      StartAt: "HTTP Request",
      States: {
        "HTTP Request": { Type: "Task", Resource: "connector:http:request", Arguments: { url: "" }, End: true },
      },
    });
    const invoke = items.find((found) => found.id === "arn:aws:states:::lambda:invoke");
    expect(invoke?.fragment("JSONPath").States["AWS Lambda Invoke A Function"]?.Parameters).toEqual({
      FunctionName: "",
      "Payload.$": "$",
    });
  });
});
