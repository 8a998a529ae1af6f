/** What is asked of many executions is asked a page at a time, until there are no more. */
import { post } from "../../api/client";

interface Paged {
  next_token: string | null;
}

interface EveryPageOptions<T> {
  /** The first page's token; null begins at the newest. */
  from?: string | null;
  /** No further page is asked for once it is aborted. */
  signal?: AbortSignal;
  onPage: (page: T) => void;
}

/** POST `body` to `address` for every page. Throws ApiError; the pages before were done then. */
export async function everyPage<T extends Paged>(
  address: string,
  body: Readonly<Record<string, unknown>>,
  { from = null, signal, onPage }: EveryPageOptions<T>,
): Promise<void> {
  let token = from;
  do {
    const page: T = await post<T>(address, { ...body, next_token: token });
    onPage(page);
    token = page.next_token;
  } while (token !== null && !signal?.aborted);
}
