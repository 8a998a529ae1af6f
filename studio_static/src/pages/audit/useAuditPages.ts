/** Entries a page at a time, older ones on demand. A page with a rare filter may be short: it is asked on. */
import { useCallback, useEffect, useRef, useState } from "react";
import { collect } from "../../api/collect";
import { type ApiError, asApiError } from "../../api/errors";
import type { AuditEntry, AuditList } from "../../api/schema";

const COLLECTING = { limit: 100, enough: 50, mostRequests: 10, count: (page: AuditList) => page.entries.length };

interface State {
  address: string;
  entries: AuditEntry[];
  token: string | null;
  error: ApiError | null;
}

async function entriesOf(address: string, from: string | null): Promise<Pick<State, "entries" | "token">> {
  const pages = await collect<AuditList>(address, { ...COLLECTING, from });
  return { entries: pages.flatMap((page) => page.entries), token: pages.at(-1)?.next_token ?? null };
}

export function useAuditPages(address: string) {
  const [state, setState] = useState<State | null>(null);
  const [loadingMore, setLoadingMore] = useState(false);
  const current = useRef(address);
  current.current = address;

  const reload = useCallback(async () => {
    try {
      const found = await entriesOf(address, null);
      if (current.current === address) setState({ address, ...found, error: null });
    } catch (thrown) {
      if (current.current !== address) return;
      const error = asApiError(thrown);
      setState((old) => (old?.address === address ? { ...old, error } : { address, entries: [], token: null, error }));
    }
  }, [address]);

  useEffect(() => void reload(), [reload]);

  const more = async () => {
    if (state?.token == null) return;
    setLoadingMore(true);
    try {
      const found = await entriesOf(address, state.token);
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
