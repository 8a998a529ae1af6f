/** The names of the secrets, for pickers and completion. Their values never come to the browser. */
import { useMemo } from "react";
import { useApi } from "../../api/useApi";

interface SecretList {
  readonly secrets: readonly { readonly key: string; readonly backend: string }[];
}

export function useSecretKeys(): { readonly keys: readonly string[]; readonly reload: () => void } {
  const { data, reload } = useApi<SecretList>("/secrets");
  const keys = useMemo(() => [...new Set((data?.secrets ?? []).map((secret) => secret.key))].sort(), [data]);
  return { keys, reload: () => void reload() };
}
