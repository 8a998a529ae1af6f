/** Filters that live in the address: they survive a reload, can be sent to somebody, and are there after "back". */
import { useCallback, useMemo, useRef } from "react";
import { navigate, useLocationProperty } from "wouter/use-browser-location";

/**
 * `defaults` name the parameters and what they are when they are absent; keep one object per page. Other parameters of
 * the address may change without a render.
 */
export function useUrlState<T extends Record<string, string>>(defaults: T): [T, (change: Partial<T>) => void] {
  const given = useLocationProperty(() => {
    const found = new URLSearchParams(window.location.search);
    return JSON.stringify(Object.entries(defaults).map(([name, value]) => [name, found.get(name) ?? value]));
  });
  const state = useMemo(() => Object.fromEntries(JSON.parse(given) as [string, string][]) as T, [given]);
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
