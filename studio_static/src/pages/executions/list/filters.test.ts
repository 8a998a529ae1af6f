import { describe, expect, it } from "vitest";
import {
  counterWords,
  isFiltered,
  manyToRedrive,
  NO_FILTERS,
  prefixWords,
  queryOf,
  redriveRequest,
  sinceOf,
  statusesOf,
  viewOf,
  windowWords,
} from "./filters";

const NOW = Date.parse("2026-11-24T14:02:33.500Z");

describe("queryOf", () => {
  it("asks for beginnings of names, keys and errors", () => {
    const query = queryOf({ ...NO_FILTERS, name: "ord-", business_key: "o-1*", error: "Stock." }, NOW);
    expect(query).toMatchObject({ name: "ord-*", business_key: "o-1*", error: "Stock.*" });
  });
  it("counts back from whole five minutes, so that polls ask the same", () => {
    expect(queryOf({ ...NO_FILTERS, last: "1h" }, NOW).started_after).toBe("2026-11-24T13:00:00Z");
    expect(queryOf({ ...NO_FILTERS, last: "1h" }, NOW + 20_000).started_after).toBe("2026-11-24T13:00:00Z");
  });
  it("has an order where it is not the plain one, which is no filter", () => {
    expect(queryOf(NO_FILTERS, NOW).order).toBe("");
    expect(queryOf({ ...NO_FILTERS, order: "oldest" }, NOW).order).toBe("oldest");
    expect(isFiltered({ ...NO_FILTERS, order: "oldest" })).toBe(false);
  });
  it("lets a span win over two moments", () => {
    const query = queryOf({ ...NO_FILTERS, last: "24h", started_before: "2026-11-24T00:00:00Z" }, NOW);
    expect(query.started_before).toBe("");
  });
  it("drops statuses that there are not", () => {
    expect(queryOf({ ...NO_FILTERS, status: "FAILED,NONSENSE" }, NOW).status).toBe("FAILED");
  });
});

it("knows no span by another name", () => expect(sinceOf("1y", NOW)).toBe(""));
it("orders statuses as they are shown", () => expect(statusesOf("ABORTED,FAILED")).toEqual(["FAILED", "ABORTED"]));
it("tells filters from none", () => {
  expect(isFiltered(NO_FILTERS)).toBe(false);
  expect(isFiltered({ ...NO_FILTERS, error: "x" })).toBe(true);
});

describe("manyToRedrive", () => {
  const failed = { ...NO_FILTERS, workflow: "orders", status: "FAILED" };
  it("is one workflow's with one status that did not succeed", () => {
    expect(manyToRedrive(failed, NOW)).toMatchObject({ workflow: "orders", status: "FAILED" });
    expect(manyToRedrive({ ...failed, workflow: "" }, NOW)).toBeNull();
    expect(manyToRedrive({ ...failed, status: "" }, NOW)).toBeNull();
    expect(manyToRedrive({ ...failed, status: "FAILED,ABORTED" }, NOW)).toBeNull();
    expect(manyToRedrive({ ...failed, status: "SUCCEEDED" }, NOW)).toBeNull();
    expect(manyToRedrive({ ...failed, text: "card" }, NOW)).toBeNull();
  });
  it("asks for what the list asks for", () => {
    const many = manyToRedrive({ ...failed, error: "Stock.", name: "ord-", business_key: "o-1*", last: "1h" }, NOW);
    expect(many && redriveRequest(many)).toEqual({
      status: "FAILED",
      error: "Stock.*",
      name: "ord-*",
      business_key: "o-1*",
      started_after: "2026-11-24T13:00:00Z",
      started_before: null,
    });
  });
  it("says error and time in words", () => {
    const many = manyToRedrive(failed, NOW) as never;
    const [after, before] = ["2026-11-24T13:02:00Z", "2026-11-24T14:00:00Z"];
    const words = (more: object) => windowWords({ ...(many as object), ...more } as never, "utc");
    expect(words({})).toBe("At any time");
    expect(words({ started_after: after })).toBe("Since 24 Nov 2026, 13:02:00 UTC");
    expect(words({ started_before: before })).toBe("Before 24 Nov 2026, 14:00:00 UTC");
    expect(words({ started_after: after, started_before: before })).toMatch(/^From 24 Nov .* until 24 Nov /);
    expect(["", "Stock.*", "Stock.Empty"].map(prefixWords)).toEqual(["Any", "Begins with Stock.", "Stock.Empty"]);
  });
});

it("says how many there are, and how well that is known", () => {
  expect(counterWords(12, true, null)).toBe("(12)");
  expect(counterWords(50, false, null)).toBe("(more than 50)");
  expect(counterWords(50, false, { number: null, relation: null })).toBe("(more than 50)");
  expect(counterWords(50, false, { number: 51_234, relation: "exact" })).toBe("(51,234)");
  expect(counterWords(50, false, { number: 51_234, relation: "about" })).toBe("(about 51,234)");
  expect(counterWords(50, false, { number: 700, relation: "at_least" })).toBe("(at least 700)");
  expect(counterWords(100, false, { number: 90, relation: "about" })).toBe("(more than 100)");
  expect(counterWords(140, true, { number: 140, relation: "exact" })).toBe("(140)");
  expect(counterWords(140, true, { number: 141, relation: "exact" })).toBe("(141)");
});

it("saves what is set, so that it means the same when it is looked at again", () => {
  const filters = { ...NO_FILTERS, status: "FAILED", name: "ord-", last: "24h", order: "oldest" };
  const saved = viewOf(filters);
  expect(saved).toEqual({ last: "24h", name: "ord-*", order: "oldest", status: "FAILED" });
  expect(viewOf({ ...NO_FILTERS, ...saved })).toEqual(saved);
  expect(queryOf({ ...NO_FILTERS, ...saved }, NOW)).toEqual(queryOf(filters, NOW));
  expect(viewOf(NO_FILTERS)).toEqual({});
});
