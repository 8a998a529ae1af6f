// What the Studio's palette offers, as JSON: `node palette.mjs STUDIO < the answer of GET /connectors`. The modules are
// the Studio's own, made runnable by its own Vite.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = process.argv[2];
const vite = pathToFileURL(createRequire(join(root, "package.json")).resolve("vite"));
const { runnerImport } = await import(vite);
const imported = async (path) =>
  (await runnerImport(join(root, "src", path), { root, configFile: false, logLevel: "silent" })).module;

const { paletteItems, searchItems } = await imported("pages/designer/palette/items.ts");
const { AWS_ACTIONS, awsResource } = await imported("pages/designer/palette/aws.ts");
const asked = JSON.parse(readFileSync(0, "utf8"));

const aws = new Map(AWS_ACTIONS.map((action) => [awsResource(action), action.patterns]));
const shown = ({ id, note, fragment }) => ({
  id,
  note,
  patterns: aws.get(id) ?? [""],
  fragments: { JSONata: fragment("JSONata"), JSONPath: fragment("JSONPath") },
});
const items = paletteItems(asked.connectors);
const typed = Object.fromEntries(asked.typed.map((text) => [text, searchItems(items, text).map(({ id }) => id)]));
process.stdout.write(JSON.stringify({ items: items.map(shown), typed }));
