/** How a connector is added, as the commands for it: docs/connectors.md and docs/connector-files.md have all of it. */

export interface Way {
  title: string;
  says: string;
  commands: readonly string[];
}

const FOLDER = "my-connectors";

/** The ways where the Studio runs: on one machine ("local"), or on a stage, which bundles what is beside cdk.json. */
export function waysOf(stage: string): Way[] {
  const isLocal = stage === "local";
  const deploy = `cdk deploy --all -c stage=${stage}`;
  const taken = isLocal ? `AUTOMATE_CONNECTOR_FILES=${FOLDER} automate up` : `${deploy} -c connector_files=${FOLDER}`;
  return [
    {
      title: "A package",
      says: isLocal
        ? "Installed where Automate and its workers run, which take it at their next start. The first command makes one."
        : "Its wheel is named in connectors-requirements.txt beside cdk.json, and deployed with the stage's other options. The first command makes a package.",
      commands: ["automate connectors new crm", isLocal ? "pip install ./crm" : deploy],
    },
    {
      title: "A connector file",
      says: "One YAML file says where a web service is, how it knows you and what its actions are.",
      commands: [`automate connectors check ${FOLDER}/crm.yaml`, taken],
    },
    {
      title: "An import",
      says: "Made of an OpenAPI document, or of the tools of an MCP server: the command writes the file.",
      commands: [
        `automate connectors import openapi.yaml --name crm --into ${FOLDER}`,
        `automate connectors import mcp https://mcp.example.com/mcp --name desk --into ${FOLDER}`,
        taken,
      ],
    },
  ];
}
