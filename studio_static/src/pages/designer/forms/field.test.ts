import { describe, expect, it } from "vitest";
import { complaint, type FieldSpec, firstArguments, labelOf, readField, widgetOf, writeField } from "./field";

describe("fields", () => {
  it.each<[string, FieldSpec, string]>([
    ["url", { type: "string" }, "text"],
    ["message", { type: "string" }, "longText"],
    ["method", { type: "string", enum: ["GET", "POST"] }, "choice"],
    ["token", { type: "string", secret: true }, "secret"],
    ["count", { type: ["integer", "null"] }, "number"],
    ["flag", { type: "boolean" }, "boolean"],
    ["json", {}, "json"],
    ["items", { type: "array" }, "json"],
  ])("%s gets the control that fits", (name, spec, widget) => {
    expect(widgetOf(name, spec)).toBe(widget);
  });

  it("read and write each form of a value in its place", () => {
    const args = { a: 1, b: "{% $total %}", c: { $secret: "KEY" }, d: [1] };
    for (const name of ["a", "b", "c", "d"]) {
      expect(writeField(args, name, readField(args, name, "JSONata"), "JSONata")).toEqual(args);
    }
    expect(readField(args, "b", "JSONata")).toEqual({ kind: "expression", text: "$total" });
    expect(readField(args, "c", "JSONata")).toEqual({ kind: "secret", key: "KEY" });
    expect(readField(args, "zz", "JSONata")).toEqual({ kind: "unset" });
  });

  it("write a JSONPath expression as name.$ where the literal stood", () => {
    const changed = writeField({ a: 1, b: 2, c: 3 }, "b", { kind: "expression", text: "$.x" }, "JSONPath");
    expect(JSON.stringify(changed)).toBe('{"a":1,"b.$":"$.x","c":3}');
    expect(readField(changed, "b", "JSONPath")).toEqual({ kind: "expression", text: "$.x" });
    expect(writeField(changed, "b", { kind: "literal", value: 4 }, "JSONPath")).toEqual({ a: 1, b: 4, c: 3 });
    expect(writeField(changed, "b", { kind: "unset" }, "JSONPath")).toEqual({ a: 1, c: 3 });
  });

  it("say what is wrong with what is written out, and nothing of an expression", () => {
    expect(complaint({ type: "string", required: true }, { kind: "unset" })).toBe("Required");
    expect(complaint({ type: "integer" }, { kind: "literal", value: 1.5 })).toBe("Must be a whole number");
    expect(complaint({ type: "number", maximum: 5 }, { kind: "literal", value: 6 })).toBe("Must be 5 or less");
    expect(complaint({ type: "number", maximum: 5 }, { kind: "expression", text: "$x" })).toBeNull();
    expect(complaint({ enum: ["a"] }, { kind: "literal", value: "b" })).toBe("Must be one of a");
  });

  it("have readable names", () => {
    expect(labelOf("bearer_token", {})).toBe("Bearer token");
    expect(labelOf("StateMachineArn", {})).toBe("State machine ARN");
    expect(labelOf("x", { title: "The X" })).toBe("The X");
  });

  it("begin with what is required", () => {
    expect(
      firstArguments(
        {
          url: { type: "string", required: true },
          method: { enum: ["GET"], default: "GET" },
          token: { type: "string", secret: true, required: true },
          to: { type: ["string", "array"], required: true },
          parts: { type: "array", required: true },
          data: { required: true },
        },
        "slack",
      ),
    ).toEqual({ url: "", token: { $secret: "SLACK_TOKEN" }, to: "", parts: [], data: {} });
  });
});
