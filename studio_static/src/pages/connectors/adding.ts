/** How a connector is added, as the commands for it: docs/connectors.md and docs/connector-files.md have all of it. */

import type { ConnectorFile } from "../../api/schema";

/** A document that was chosen or pasted. */
export interface Given {
  /** Its file; of a pasted text the one that it would be saved as. */
  readonly file: string;
  readonly code: string;
}

/** The code of a file: what is before its first dot. */
export const codeOf = (file: string): string => file.split(".", 1)[0] ?? "";

/** Null where there is no text yet. */
export function givenOf(source: string, fileName: string | null, name: string): Given | null {
  if (source.trim() === "") return null;
  const file = fileName ?? (source.trimStart().startsWith("{") ? "openapi.json" : "openapi.yaml");
  return { file, code: name.trim() || codeOf(file) };
}

/** "CRM at https://crm.example.com: 2 actions, 1 of them writes." */
export function summaryOf({ name, base_url, actions }: Pick<ConnectorFile, "name" | "base_url" | "actions">): string {
  const writes = actions.filter(({ kind }) => kind === "write").length;
  const count = `${actions.length} action${actions.length === 1 ? "" : "s"}`;
  return `${name} at ${base_url}: ${count}, ${writes === 0 ? "none of them writes" : `${writes} of them ${writes === 1 ? "writes" : "write"}`}.`;
}

export interface Way {
  title: string;
  says: string;
  commands: readonly string[];
}

export const IMPORT = "An import";
export const FOLDER = "my-connectors";

const EXAMPLE: Given = { file: "openapi.yaml", code: "crm" };

/** As one word of a shell, and no option. */
export function word(text: string): string {
  const named = text.startsWith("-") ? `./${text}` : text;
  return /^[\w./-]+$/.test(named) ? named : `'${named.replaceAll("'", "'\\''")}'`;
}

/** The ways where the Studio runs: on one machine ("local"), or on a stage, which bundles what is beside cdk.json. The import is of what was given. */
export function waysOf(stage: string, { file, code }: Given = EXAMPLE): Way[] {
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
      title: IMPORT,
      says: "Made of an OpenAPI document, or of the tools of an MCP server: the command writes the file.",
      commands: [
        `automate connectors import ${word(file)} --name ${word(code)} --into ${FOLDER}`,
        `automate connectors import mcp https://mcp.example.com/mcp --name desk --into ${FOLDER}`,
        taken,
      ],
    },
  ];
}
