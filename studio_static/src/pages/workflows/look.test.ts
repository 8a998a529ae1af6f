import { describe, expect, it } from "vitest";
import type { Workflow } from "../../api/schema";
import { copyName, matching, tagsOf } from "./look";

const workflow = (name: string, tags: Record<string, string> = {}, description = ""): Workflow => ({
  name,
  description,
  kind: "STANDARD",
  tags,
  active_version: 1,
  latest_version: 1,
  updated_at: null,
  updated_by: "ana",
  has_unpublished_changes: false,
  paused: null,
  archived: false,
  last_runs: [],
});

const ALL = [
  workflow("order_flow", { trade: "retail" }, "Charges a card"),
  workflow("approval", { trade: "finance", team: "" }, "Asks a manager"),
];

describe("matching", () => {
  const names = (text: string, tag = "") => matching(ALL, text, tag).map(({ name }) => name);
  it("needs every word, in name, description or tag", () => {
    expect(names("")).toEqual(["order_flow", "approval"]);
    expect(names("CARD order")).toEqual(["order_flow"]);
    expect(names("finance")).toEqual(["approval"]);
    expect(names("card manager")).toEqual([]);
  });
  it("keeps to a tag", () => {
    expect(names("", "trade:finance")).toEqual(["approval"]);
    expect(names("", "team")).toEqual(["approval"]);
  });
});

it("lists tags once, sorted", () => expect(tagsOf(ALL)).toEqual(["team", "trade:finance", "trade:retail"]));

it("names a copy", () => {
  expect(copyName("order_flow", ["order_flow"])).toBe("order_flow_copy");
  expect(copyName("order_flow", ["order_flow_copy", "order_flow_copy2"])).toBe("order_flow_copy3");
});
