/** Entries a page at a time, older ones on demand. A page with a rare filter may be short: it is asked on. */
import { useCallback, useEffect, useRef, useState } from "react";
import { get } from "../../api/client";
import { type ApiError, asApiError } from "../../api/errors";
import type { AuditEntry, AuditList } from "../../api/schema";

const ENOUGH = 50;
const MOST_REQUESTS = 10;

interface State {
  address: string;
  entries: AuditEntry[];
  token: string | null;
  error: ApiError | null;
}

async function collect(address: string, from: string | null): Promise<Pick<State, "entries" | "token">> {
  const entries: AuditEntry[] = [];
  let token = from;
  for (let asked = 0; asked < MOST_REQUESTS; asked += 1) {
    const page: AuditList = await get<AuditList>(
      token ? `${address}&next_token=${encodeURIComponent(token)}` : address,
    );
    entries.push(...page.entries);
    token = page.next_token;
    if (token === null || entries.length >= ENOUGH) break;
  }
  return { entries, token };
}

export function useAuditPages(address: string) {
  const [state, setState] = useState<State | null>(null);
  const [loadingMore, setLoadingMore] = useState(false);
  const current = useRef(address);
  current.current = address;

  const reload = useCallback(async () => {
    try {
      const found = await collect(address, null);
      if (current.current === address) setState({ address, ...found, error: null });
    } catch (thrown) {
      if (current.current === address) setState({ address, entries: [], token: null, error: asApiError(thrown) });
    }
  }, [address]);

  useEffect(() => void reload(), [reload]);

  const more = async () => {
    if (state?.token == null) return;
    setLoadingMore(true);
    try {
      const found = await collect(address, state.token);
      if (current.current === address)
        setState({ ...state, entries: [...state.entries, ...found.entries], token: found.token });
    } catch (thrown) {
      setState({ ...state, error: asApiError(thrown) });
    } finally {
      setLoadingMore(false);
    }
  };

  const isCurrent = state?.address === address;
  return {
    // While a changed filter is asked for, what was there stays: nothing jumps.
    entries: state?.entries ?? [],
    error: isCurrent ? (state?.error ?? null) : null,
    loading: state === null,
    hasMore: isCurrent && state?.token != null,
    loadingMore,
    reload,
    more,
  };
}
