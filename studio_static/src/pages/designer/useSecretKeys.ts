/** The names of the secrets, for pickers and completion. Their values never come to the browser. */
import { useMemo } from "react";
import { useApi } from "../../api/useApi";
import { useMay } from "../../app/me";

interface SecretList {
  readonly secrets: readonly { readonly key: string; readonly backend: string }[];
}

export function useSecretKeys(): { readonly keys: readonly string[]; readonly reload: () => void } {
  const { data, reload } = useApi<SecretList>(useMay("edit") ? "/secrets" : null);
  const keys = useMemo(() => [...new Set((data?.secrets ?? []).map((secret) => secret.key))].sort(), [data]);
  return { keys, reload: () => void reload() };
}
