import { expect, it } from "vitest";
import { codeOf, givenOf, summaryOf, waysOf, word } from "./adding";

const commandsOf = (stage: string) => waysOf(stage).flatMap(({ commands }) => commands);

it("tells each way by its commands: at a server's start on one machine, by a deployment on a stage", () => {
  expect(waysOf("local").map(({ title }) => title)).toEqual(["A package", "A connector file", "An import"]);
  expect(commandsOf("local")).toContain("AUTOMATE_CONNECTOR_FILES=my-connectors automate up");
  expect(commandsOf("local").join()).not.toContain("cdk");
  expect(commandsOf("prod")).toContain("cdk deploy --all -c stage=prod -c connector_files=my-connectors");
  expect(commandsOf("prod").join()).not.toContain("automate up");
});

it("names the document that was given, as one word of a shell", () => {
  const given = givenOf("openapi: 3.1.0", "my crm's.v2.yaml", "");
  expect(given).toEqual({ file: "my crm's.v2.yaml", code: "my crm's" });
  expect(waysOf("local", { file: "my crm's.yaml", code: "desk" }).flatMap(({ commands }) => commands)).toContain(
    "automate connectors import 'my crm'\\''s.yaml' --name desk --into my-connectors",
  );
  expect(word("-rf.yaml")).toBe("./-rf.yaml");
  expect(word("$(x).yaml")).toBe("'$(x).yaml'");
  expect(codeOf("crm.openapi.json")).toBe("crm");
});

it("takes a pasted text for the file that it would be saved as", () => {
  expect(givenOf("  ", null, "crm")).toBeNull();
  expect(givenOf(' {"openapi": 1}', null, "")).toEqual({ file: "openapi.json", code: "openapi" });
  expect(givenOf("openapi: 1", null, " desk ")).toEqual({ file: "openapi.yaml", code: "desk" });
});

it("says how many write", () => {
  const action = { name: "a", request: "GET /a", description: "", at_most_once: false };
  const of = (...kinds: ("read" | "write")[]) =>
    summaryOf({ name: "CRM", base_url: "https://c", actions: kinds.map((kind) => ({ ...action, kind })) });
  expect(of("read")).toBe("CRM at https://c: 1 action, none of them writes.");
  expect(of("read", "write")).toBe("CRM at https://c: 2 actions, 1 of them writes.");
  expect(of("write", "write")).toBe("CRM at https://c: 2 actions, 2 of them write.");
});
