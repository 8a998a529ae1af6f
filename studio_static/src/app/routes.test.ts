import { describe, expect, it } from "vitest";
import { BEGINS_WITH } from "../../tools/ahead";
import { isFullBleed, ROUTES } from "./routes";

describe("the files that are asked for ahead", () => {
  it("are known of every page", () => {
    const pages = ROUTES.map(({ pattern }) => pattern.slice(1).replace(/:.*$/, ":"));
    expect(Object.keys(BEGINS_WITH).sort()).toEqual(pages.sort());
  });
});

describe("full-bleed pages", () => {
  it.each([
    ["/wizard/order_flow", true],
    ["/wizard/order_flow/", true],
    ["/executions/order_flow%3Ao-1", true],
    ["/wizard/", false],
    ["/executions", false],
    ["/", false],
  ])("%s: %s", (location, isFull) => {
    expect(isFullBleed(location)).toBe(isFull);
  });
});
