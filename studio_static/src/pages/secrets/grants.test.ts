import { describe, expect, it } from "vitest";
import type { SecretUsed } from "../../api/schema";
import { missingGrants, wordsOf } from "./grants";

const use = (name: string, granted: boolean, host = "api.example.com"): SecretUsed => ({
  workflow: "orders",
  version: 1,
  kind: "state",
  name,
  connector: "http",
  host,
  granted,
});

describe("grants", () => {
  it("say any for *", () => {
    expect(wordsOf({ workflow: "orders", connector: "*", host: "*" })).toBe("orders · any connector · any host");
  });
  it("are missing once for all that needs the same", () => {
    const uses = [use("A", false), use("B", false), use("C", true, "a.example"), use("D", false, "*")];
    expect(missingGrants({ key: "K", backend: "local", grants: [], uses })).toEqual([
      { workflow: "orders", connector: "http", host: "api.example.com" },
      { workflow: "orders", connector: "http", host: "*" },
    ]);
  });
});
