import { expect, it } from "vitest";
import { waysOf } from "./adding";

const commandsOf = (stage: string) => waysOf(stage).flatMap(({ commands }) => commands);

it("tells each way by its commands: at a server's start on one machine, by a deployment on a stage", () => {
  expect(waysOf("local").map(({ title }) => title)).toEqual(["A package", "A connector file", "An import"]);
  expect(commandsOf("local")).toContain("AUTOMATE_CONNECTOR_FILES=my-connectors automate up");
  expect(commandsOf("local").join()).not.toContain("cdk");
  expect(commandsOf("prod")).toContain("cdk deploy --all -c stage=prod -c connector_files=my-connectors");
  expect(commandsOf("prod").join()).not.toContain("automate up");
});
