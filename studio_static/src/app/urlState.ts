/** Filters that live in the address: they survive a reload, can be sent to somebody, and "back" undoes them. */
import { useCallback, useMemo, useRef } from "react";
import { useSearch } from "wouter";
import { navigate } from "wouter/use-browser-location";

/** `defaults` name the parameters and what they are when they are absent; keep one object per page. */
export function useUrlState<T extends Record<string, string>>(defaults: T): [T, (change: Partial<T>) => void] {
  const search = useSearch();
  const state = useMemo(() => {
    const given = new URLSearchParams(search);
    return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, given.get(name) ?? value])) as T;
  }, [search, defaults]);
  const latest = useRef(defaults);
  latest.current = defaults;
  const set = useCallback((change: Partial<T>) => {
    // Read here rather than captured: two changes of one moment must both be kept.
    const given = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined || value === latest.current[name]) given.delete(name);
      else given.set(name, value as string);
    }
    const text = given.toString();
    navigate(window.location.pathname + (text ? `?${text}` : "") + window.location.hash, { replace: true });
  }, []);
  return [state, set];
}
