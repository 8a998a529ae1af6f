/**
 * One page of the list of executions, asked again every two seconds while it is seen. Pages are found by token, so that
 * none shifts when new executions begin. A page under a rare filter may come short: it is asked on until it is full.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { get, withQuery } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import type { ExecutionList, ExecutionSummary } from "../../../api/schema";

const PAGE = 50;
const MOST_REQUESTS = 8;
const POLL_MS = 2000;

interface Page {
  rows: readonly ExecutionSummary[];
  next: string | null;
}

interface State extends Page {
  key: string;
  error: ApiError | null;
}

/** `address` is a path with its query; whole pages of the API, so that unchanged ones keep their identity. */
async function collect(address: string, from: string | null, signal: AbortSignal): Promise<ExecutionList[]> {
  const lists: ExecutionList[] = [];
  let token = from;
  let count = 0;
  do {
    const extra = withQuery("", { limit: PAGE, next_token: token }).slice(1);
    const list = await get<ExecutionList>(`${address}${address.includes("?") ? "&" : "?"}${extra}`, signal);
    lists.push(list);
    count += list.executions.length;
    token = list.next_token;
  } while (token !== null && count < PAGE && lists.length < MOST_REQUESTS);
  return lists;
}

export function useExecutionPages(address: string) {
  /** Tokens of the pages that were come to, by their number; the first has none. */
  const [tokens, setTokens] = useState<{ address: string; list: readonly (string | null)[]; page: number }>({
    address,
    list: [null],
    page: 0,
  });
  const { list, page } = tokens.address === address ? tokens : { list: [null], page: 0 };
  const token = list[page] ?? null;
  const key = `${address} ${token}`;
  const [state, setState] = useState<State | null>(null);
  const last = useRef<readonly ExecutionList[]>([]);
  const current = useRef(key);
  current.current = key;

  const load = useCallback(
    async (signal: AbortSignal) => {
      try {
        const found = await collect(address, token, signal);
        if (current.current !== key) return;
        const isSame = found.length === last.current.length && found.every((each, at) => each === last.current[at]);
        last.current = found;
        setState((old) =>
          isSame && old?.key === key && old.error === null
            ? old
            : {
                key,
                rows: found.flatMap((each) => each.executions),
                next: found.at(-1)?.next_token ?? null,
                error: null,
              },
        );
      } catch (thrown) {
        if (signal.aborted || current.current !== key) return;
        const error = asApiError(thrown);
        // What is there stays, with what is wrong now above it. A refused filter has nothing to show.
        setState((old) => (old && old.key === key ? { ...old, error } : { key, rows: [], next: null, error }));
      }
    },
    [address, token, key],
  );

  useEffect(() => {
    const control = new AbortController();
    let timer = 0;
    const turn = async () => {
      if (document.visibilityState === "visible") await load(control.signal);
      if (!control.signal.aborted) timer = window.setTimeout(turn, POLL_MS);
    };
    const seen = () => {
      if (document.visibilityState === "visible") void load(control.signal);
    };
    void turn();
    document.addEventListener("visibilitychange", seen);
    return () => {
      control.abort();
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [load]);

  const goTo = (number: number) => {
    const known = [...list];
    if (number === known.length && state?.next != null) known.push(state.next);
    if (number < known.length) setTokens({ address, list: known, page: number });
  };
  const isCurrent = state?.key === key;
  return {
    // While another page is asked for, what was there stays: nothing jumps.
    rows: state?.rows ?? [],
    error: isCurrent ? (state?.error ?? null) : null,
    loading: state === null,
    turning: !isCurrent,
    page,
    pages: list.length + (isCurrent && state?.next != null && page === list.length - 1 ? 1 : 0),
    goTo,
    reload: () => load(new AbortController().signal),
  };
}
