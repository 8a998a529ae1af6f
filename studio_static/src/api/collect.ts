/** A list a page at a time. A page under a rare filter may come short: it is asked on until there is enough. */
import { get, withQuery } from "./client";

interface Collecting<T> {
  /** Where it goes on; null begins at the newest. */
  from: string | null;
  limit: number;
  enough: number;
  mostRequests: number;
  count: (page: T) => number;
  signal?: AbortSignal;
}

/** Whole pages of the API, so that unchanged ones keep their identity. `address` is a path with its query. */
export async function collect<T extends { next_token: string | null }>(
  address: string,
  { from, limit, enough, mostRequests, count, signal }: Collecting<T>,
): Promise<T[]> {
  const pages: T[] = [];
  let token = from;
  let found = 0;
  do {
    const more = withQuery("", { limit, next_token: token }).slice(1);
    const page: T = await get<T>(`${address}${address.includes("?") ? "&" : "?"}${more}`, signal);
    pages.push(page);
    found += count(page);
    token = page.next_token;
  } while (token !== null && found < enough && pages.length < mostRequests);
  return pages;
}
