/**
 * Which files each page needs, written into index.html: public/ahead.js asks for those of the page that is opened while
 * the shell's script is still on its way. Without it the browser learns of them when the shell has been drawn.
 */
import type { Plugin, Rolldown } from "vite";

/** The address's first part (with `/:` where more follows) → the modules that its page begins with. */
export const BEGINS_WITH: Readonly<Record<string, readonly string[]>> = {
  "": ["pages/workflows/WorkflowsPage.tsx"],
  wizard: ["pages/designer/DesignerPage.tsx", "pages/designer/start/StartPage.tsx"],
  "wizard/:": ["pages/designer/DesignerPage.tsx", "pages/designer/copilot/CopilotCard.tsx"],
  dashboard: ["pages/dashboard/DashboardPage.tsx"],
  executions: ["pages/executions/list/ExecutionsPage.tsx"],
  "executions/:": ["pages/executions/ExecutionPage.tsx"],
  approvals: ["pages/approvals/ApprovalsPage.tsx"],
  "approvals/:": ["pages/approvals/ApprovalPage.tsx"],
  triggers: ["pages/triggers/TriggersPage.tsx"],
  "triggers/:": ["pages/triggers/TriggerPage.tsx"],
  "forms/:": ["pages/triggers/FormPage.tsx"],
  rules: ["pages/rules/RuleTesterPage.tsx"],
  secrets: ["pages/secrets/SecretsPage.tsx"],
  connections: ["pages/connections/ConnectionsPage.tsx"],
  "connections/:": ["pages/connections/ConnectedPage.tsx"],
  connectors: ["pages/connectors/ConnectorsPage.tsx"],
  audit: ["pages/audit/AuditPage.tsx"],
  access: ["pages/access/AccessPage.tsx"],
  settings: ["pages/settings/SettingsPage.tsx"],
  storage: ["pages/settings/SettingsPage.tsx"],
};

export function pageFilesAhead(): Plugin {
  return {
    name: "automate:page-files-ahead",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        if (bundle === undefined) return [];
        const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
        const shell = filesOf(
          chunks.filter((chunk) => chunk.isEntry),
          bundle,
        );
        const pages = Object.entries(BEGINS_WITH).map(([page, modules]) => {
          const files = filesOf(
            modules.map((module) => chunkOf(module, chunks)),
            bundle,
          );
          return [page, [...files].filter((file) => !shell.has(file))];
        });
        const children = JSON.stringify(Object.fromEntries(pages));
        const attrs = { type: "application/json", id: "page-files" };
        return [{ tag: "script", attrs, children, injectTo: "head-prepend" as const }];
      },
    },
  };
}

function chunkOf(module: string, chunks: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk {
  const found = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(`/src/${module}`));
  if (found === undefined) throw new Error(`tools/ahead.ts: no chunk begins with ${module}`);
  return found;
}

/** The chunks, what they import at once, and the styles of all of them. */
function filesOf(chunks: readonly Rolldown.OutputChunk[], bundle: Rolldown.OutputBundle): Set<string> {
  const files = new Set<string>();
  const add = (chunk: Rolldown.OutputChunk): void => {
    if (files.has(chunk.fileName)) return;
    files.add(chunk.fileName);
    for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
    for (const name of chunk.imports) {
      const imported = bundle[name];
      if (imported?.type === "chunk") add(imported);
    }
  };
  chunks.forEach(add);
  return files;
}
