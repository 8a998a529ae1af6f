import { describe, expect, it } from "vitest";
import { rowsOf, schemaOf, withoutRow, withRow } from "./schemaRows";
import { isSchedule, rateOf, rateText } from "./triggers/model";

describe("fields of an input schema", () => {
  const schema = {
    type: "object",
    required: ["id"],
    additionalProperties: false,
    properties: { id: { type: "string", minLength: 1 }, at: { type: ["string", "null"] } },
  };

  it("are read as rows", () => {
    expect(rowsOf(schema)).toEqual([
      { name: "id", type: "string", required: true, description: "" },
      { name: "at", type: "", required: false, description: "" },
    ]);
  });

  it("change nothing that a row does not speak of", () => {
    const [id, at] = rowsOf(schema);
    expect(id && withRow(schema, id)).toEqual(schema);
    expect(at && withRow(schema, at)).toEqual(schema);
    expect(id && withRow(schema, { ...id, required: false, description: "Its number" })).toEqual({
      type: "object",
      additionalProperties: false,
      properties: { id: { type: "string", minLength: 1, description: "Its number" }, at: { type: ["string", "null"] } },
    });
  });

  it("leave with their requirement", () => {
    expect(withoutRow(schema, "id")).toEqual({
      type: "object",
      additionalProperties: false,
      properties: { at: { type: ["string", "null"] } },
    });
    expect(schemaOf([])).toEqual({ type: "object", properties: {} });
  });
});

describe("schedules", () => {
  it("say how often", () => {
    expect(rateOf("rate(5 minutes)")).toEqual({ count: 5, unit: "minute" });
    expect(rateOf("cron(0 6 * * ? *)")).toBeNull();
    expect([rateText(1, "day"), rateText(2, "hour"), rateText(0.4, "minute")]).toEqual([
      "rate(1 day)",
      "rate(2 hours)",
      "rate(1 minute)",
    ]);
  });

  it("are told from other texts", () => {
    const texts = ["rate(1 day)", "cron(0 6 * * ? *)", "at(2027-01-31T06:00:00)", "cron(0 6 * *)", "0 6 * * *"];
    expect(texts.map(isSchedule)).toEqual([true, true, true, false, false]);
  });
});
