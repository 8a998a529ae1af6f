/**
 * A GET as a hook: what was answered, whether it is being asked for the first time, what went wrong. With `poll` it is
 * asked again every so many milliseconds while the page is seen (a 304 changes nothing), and once more when the page is
 * seen again. A failed poll keeps what is shown: `error` says so beside it.
 */

import { useCallback, useEffect, useRef, useState } from "react";
import { get, lastAnswer } from "./client";
import { type ApiError, asApiError } from "./errors";
import { useWhileSeen } from "./useWhileSeen";

export interface Fetched<T> {
  data: T | null;
  error: ApiError | null;
  /** Nothing to show yet. */
  loading: boolean;
  /** Ask now; resolves once answered. */
  reload: () => Promise<void>;
}

export interface UseApiOptions {
  /** Milliseconds between polls; null or absent: asked once. */
  poll?: number | null;
  /** Asked again whenever this is another number: how often what it is of has changed. */
  changed?: number;
}

/** `address` null asks nothing: what it depends on is not known yet. */
export function useApi<T>(address: string | null, options: UseApiOptions = {}): Fetched<T> {
  const poll = options.poll ?? null;
  const [state, setState] = useState<{ address: string | null; data: T | null; error: ApiError | null }>(() => ({
    address,
    data: address === null ? null : lastAnswer<T>(address),
    error: null,
  }));
  const current = useRef(address);
  current.current = address;

  const load = useCallback(
    async (signal?: AbortSignal) => {
      if (address === null) return;
      try {
        const data = await get<T>(address, signal);
        if (current.current === address && !signal?.aborted) {
          setState((old) =>
            old.data === data && old.error === null && old.address === address ? old : { address, data, error: null },
          );
        }
      } catch (thrown) {
        if (signal?.aborted || current.current !== address) return;
        setState((old) => ({ address, data: old.address === address ? old.data : null, error: asApiError(thrown) }));
      }
    },
    [address],
  );

  useEffect(() => {
    const control = new AbortController();
    void load(control.signal);
    return () => control.abort();
  }, [load]);

  const changed = options.changed ?? 0;
  const asked = useRef(changed);
  useEffect(() => {
    if (asked.current === changed) return;
    asked.current = changed;
    void load();
  }, [changed, load]);

  useWhileSeen(load, address === null ? null : poll);

  const shown =
    state.address === address ? state : { data: address === null ? null : lastAnswer<T>(address), error: null };
  const reload = useCallback(() => load(), [load]);
  return {
    data: shown.data,
    error: shown.error,
    loading: address !== null && shown.data === null && shown.error === null,
    reload,
  };
}
