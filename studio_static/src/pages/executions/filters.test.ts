import { describe, expect, it } from "vitest";
import { isFiltered, NO_FILTERS, queryOf, sinceOf, statusesOf } from "./filters";

const NOW = Date.parse("2026-11-24T14:02:33.500Z");

describe("queryOf", () => {
  it("asks for beginnings of names, keys and errors", () => {
    const query = queryOf({ ...NO_FILTERS, name: "ord-", business_key: "o-1*", error: "Stock." }, NOW);
    expect(query).toMatchObject({ name: "ord-*", business_key: "o-1*", error: "Stock.*" });
  });
  it("counts back from the whole minute, so that polls ask the same", () => {
    expect(queryOf({ ...NO_FILTERS, last: "1h" }, NOW).started_after).toBe("2026-11-24T13:02:00Z");
    expect(queryOf({ ...NO_FILTERS, last: "1h" }, NOW + 20_000).started_after).toBe("2026-11-24T13:02:00Z");
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
