/**
 * One page of the list of executions, read again when something in it has changed. Pages are found by token, so that
 * none shifts when new executions begin. A page under a rare filter may come short: it is asked on until it is full.
 */
import { useCallback, useRef, useState } from "react";
import { withQuery } from "../../../api/client";
import { collect } from "../../../api/collect";
import { type ApiError, asApiError } from "../../../api/errors";
import type { ExecutionList, ExecutionSummary } from "../../../api/schema";
import { useChanges } from "../../../api/useChanges";
import { useWhileSeen } from "../../../api/useWhileSeen";

const PAGE = 50;
const COLLECTING = {
  limit: PAGE,
  enough: PAGE,
  mostRequests: 8,
  count: (list: ExecutionList) => list.executions.length,
};

const SLOWLY_MS = 15_000;

interface Page {
  rows: readonly ExecutionSummary[];
  next: string | null;
  searches: ExecutionList["searches"] | null;
}

interface State extends Page {
  key: string;
  error: ApiError | null;
}

/** Tokens of the pages that were come to, by their number; the first has none. */
interface Turned {
  address: string;
  list: readonly (string | null)[];
  page: number;
}

/** They are kept with the entry of the browser's history: Back from an execution leads to the page that it was on. */
const keep = (turned: Turned) => window.history.replaceState({ turned }, "");
const kept = () => (window.history.state as { turned?: Turned } | null)?.turned;

export function useExecutionPages(address: string) {
  const [tokens, setTokens] = useState(kept);
  const { list, page }: Turned = tokens?.address === address ? tokens : { address, list: [null], page: 0 };
  const token = list[page] ?? null;
  const key = `${address} ${token}`;
  const [state, setState] = useState<State | null>(null);
  const last = useRef<readonly ExecutionList[]>([]);
  const current = useRef(key);
  current.current = key;

  const load = useCallback(
    async (signal: AbortSignal) => {
      try {
        const found = await collect<ExecutionList>(address, { ...COLLECTING, from: token, signal });
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
                searches: found.at(-1)?.searches ?? null,
                error: null,
              },
        );
      } catch (thrown) {
        if (signal.aborted || current.current !== key) return;
        const error = asApiError(thrown);
        // What is there stays, with what is wrong now above it. A refused filter has nothing to show.
        setState((old) =>
          old && old.key === key ? { ...old, error } : { key, rows: [], next: null, searches: null, error },
        );
      }
    },
    [address, token, key],
  );

  const query = withQuery("", { limit: PAGE, next_token: token }).slice(1);
  const isCurrent = state?.key === key;
  const changes = `${address.replace("/executions", "/changes")}${address.includes("?") ? "&" : "?"}${query}`;
  // A filter that was refused is not asked about again.
  useChanges(isCurrent && state.error === null ? changes : null, () => load(new AbortController().signal));
  // Rows of a page that is put together of several are not watched.
  useWhileSeen(load, SLOWLY_MS, true);

  const goTo = (number: number) => {
    const known = [...list];
    if (number === known.length && state?.next != null) known.push(state.next);
    if (number >= known.length) return;
    const turned = { address, list: known, page: number };
    keep(turned);
    setTokens(turned);
  };
  return {
    // While another page is asked for, what was there stays: nothing jumps.
    rows: state?.rows ?? [],
    error: isCurrent ? (state?.error ?? null) : null,
    loading: state === null,
    turning: !isCurrent,
    page,
    searches: state?.searches ?? null,
    /** Those up to the last one that is shown, and whether there are none behind it, and none before it. */
    seen: page * PAGE + (state?.rows.length ?? 0),
    isLast: isCurrent && state?.next === null,
    isAll: isCurrent && page === 0 && state?.next === null,
    pages: list.length + (isCurrent && state?.next != null && page === list.length - 1 ? 1 : 0),
    goTo,
    reload: () => load(new AbortController().signal),
  };
}
