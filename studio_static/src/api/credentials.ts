/**
 * What a request to the API carries so that it is somebody's. Nothing, where a cookie says it (the local product); on AWS
 * an ID token, which src/app/signin brings.
 */

export interface Credentials {
  /** A token that is good now. Waits for the sign-in while nobody is signed in; rejects when `signal` aborts. */
  token(signal?: AbortSignal | null): Promise<string>;
  /** The token at hand, if there is one: for the request of a page that is being left and cannot wait. */
  tokenNow(): string | null;
  /**
   * The API answered 401 to this token; `isAgain`: for a request that it had refused before, so that renewing does not
   * help. Afterwards `token` brings another one, or waits for a sign-in.
   */
  refused(token: string, isAgain: boolean): Promise<void>;
}

let current: Credentials | null = null;

export function setCredentials(credentials: Credentials | null): void {
  current = credentials;
}

/** Sends with a token, and again with another one where the first is refused; an API behind a cookie is asked once. */
export async function withToken(
  send: (headers: Record<string, string>) => Promise<Response>,
  signal?: AbortSignal | null,
): Promise<Response> {
  for (let isAgain = false; ; isAgain = true) {
    const credentials = current;
    if (credentials === null) return send({});
    const token = await credentials.token(signal);
    const response = await send({ Authorization: token });
    if (response.status !== 401) return response;
    await credentials.refused(token, isAgain);
  }
}

/** The header of a request that leaves with its page. */
export function headersWhileLeaving(): Record<string, string> {
  const token = current?.tokenNow() ?? null;
  return token === null ? {} : { Authorization: token };
}
