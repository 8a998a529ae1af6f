import { describe, expect, it } from "vitest";
import { fieldsOf, typeOf } from "./schema";

describe("typeOf", () => {
  it.each([
    [{ type: "string" }, "string"],
    [{ type: ["string", "null"] }, "string or null"],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, "string or null"],
    [{ type: "array", items: { type: "number" } }, "array of number"],
    [{ enum: ["a"] }, "one of"],
    [{}, "any JSON"],
  ])("%j is %s", (schema, words) => expect(typeOf(schema)).toBe(words));
});

it("lists nested fields below their parent, with their limits", () => {
  const rows = fieldsOf({
    to: {
      type: "object",
      required: true,
      properties: { city: { type: "string", required: true, minLength: 1, description: "Where." } },
    },
    lines: { type: "array", items: { type: "object", properties: { quantity: { type: "integer", minimum: 1 } } } },
    method: { enum: ["GET", "POST"], default: "GET" },
    token: { type: "string", secret: true },
  });
  expect(rows.map(({ name, type, required, limits, depth }) => [name, type, required, limits, depth])).toEqual([
    ["to", "object", true, "", 0],
    ["to.city", "string", true, "not empty", 1],
    ["lines", "array of object", false, "", 0],
    ["lines[].quantity", "integer", false, "at least 1", 1],
    ["method", "one of", false, '"GET", "POST"; by default "GET"', 0],
    ["token", "string", false, "a secret: name its key", 0],
  ]);
});
