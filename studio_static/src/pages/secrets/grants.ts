/** Grants of secrets: their words, and those that are missing. */
import type { SecretGrant, SecretUsage } from "../../api/schema";

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

/** What names the secret and may not use it: each once. */
export function missingGrants({ uses }: SecretUsage): SecretGrant[] {
  const missing = uses
    .filter(({ granted }) => !granted)
    .map(({ workflow, connector, host }) => ({ workflow, connector, host }));
  return [...new Map(missing.map((grant) => [wordsOf(grant), grant])).values()];
}
