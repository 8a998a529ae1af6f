/** Grants of secrets: their words, and those that are missing. */
import type { ConnectorList, SecretGrant, SecretUsage, WorkflowList } from "../../api/schema";

/** Workflow, connector and host, * as any. */
export function partsOf({ workflow, connector, host }: SecretGrant): [string, string, string] {
  return [
    workflow === "*" ? "any workflow" : workflow,
    connector === "*" ? "any connector" : connector,
    host === "*" ? "any host" : host,
  ];
}

export function wordsOf(grant: SecretGrant): string {
  return partsOf(grant).join(" · ");
}

interface Offer {
  value: string;
  description?: string;
}

/** What a grant may name: * first, then what names the secret, then what else is here. */
export function offersOf(
  usage: SecretUsage | null,
  workflows: WorkflowList | null,
  connectors: ConnectorList | null,
): Record<keyof SecretGrant, Offer[]> {
  const uses = usage?.uses ?? [];
  const naming = (field: keyof SecretGrant): Offer[] =>
    uses.map((use) => ({ value: use[field], description: "names it" }));
  const known = (workflows?.workflows ?? []).filter(({ archived }) => !archived);
  return {
    workflow: offers("workflow", [...naming("workflow"), ...known.map(({ name }) => ({ value: name }))]),
    connector: offers("connector", [
      ...naming("connector"),
      ...(connectors?.connectors ?? []).map(({ code, name }) => ({ value: code, description: name })),
    ]),
    host: offers("host", naming("host")),
  };
}

function offers(what: string, all: readonly Offer[]): Offer[] {
  const found = new Map<string, Offer>([["*", { value: "*", description: `any ${what}` }]]);
  for (const offer of all) if (!found.has(offer.value)) found.set(offer.value, offer);
  return [...found.values()];
}

/** What names the secret and may not use it: each once. */
export function missingGrants({ uses }: SecretUsage): SecretGrant[] {
  const missing = uses
    .filter(({ granted }) => !granted)
    .map(({ workflow, connector, host }) => ({ workflow, connector, host }));
  return [...new Map(missing.map((grant) => [wordsOf(grant), grant])).values()];
}
