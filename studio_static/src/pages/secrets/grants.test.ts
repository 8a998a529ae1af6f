import { describe, expect, it } from "vitest";
import type { ConnectorList, SecretUsed, WorkflowList } from "../../api/schema";
import { missingGrants, offersOf, wordsOf } from "./grants";

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
  it("are offered: any, what names the secret, then what else is here", () => {
    const workflows = { workflows: ["orders", "old", "prices"].map((name) => ({ name, archived: name === "old" })) };
    const connectors = {
      connectors: [
        { code: "http", name: "HTTP" },
        { code: "slack", name: "Slack" },
      ],
    };
    const usage = { key: "K", backend: "local store", grants: [], uses: [use("A", false), use("B", true, "*")] };
    const found = offersOf(usage, workflows as WorkflowList, connectors as ConnectorList);
    expect(found.workflow.map(({ value }) => value)).toEqual(["*", "orders", "prices"]);
    expect(found.connector.map(({ value }) => value)).toEqual(["*", "http", "slack"]);
    expect(found.host.map(({ value }) => value)).toEqual(["*", "api.example.com"]);
    expect(offersOf(null, null, null).workflow).toEqual([{ value: "*", description: "any workflow" }]);
  });
  it("are missing once for all that needs the same", () => {
    const uses = [use("A", false), use("B", false), use("C", true, "a.example"), use("D", false, "*")];
    expect(missingGrants({ key: "K", backend: "local", grants: [], uses })).toEqual([
      { workflow: "orders", connector: "http", host: "api.example.com" },
      { workflow: "orders", connector: "http", host: "*" },
    ]);
  });
});
