/**
 * What a request to the API carries so that it is somebody's. On AWS an ID token, which src/app/signin brings. The local
 * product has a cookie, which the browser sends to every port of this machine, and so a proof besides: the page behind
 * the sign-in link left it in this origin's storage, which no other port can read.
 */
const PROOF = "automate.session";

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
    if (credentials === null) return send(proof());
    const token = await credentials.token(signal);
    const response = await send({ Authorization: token });
    if (response.status !== 401) return response;
    await credentials.refused(token, isAgain);
  }
}

/** The header of a request that leaves with its page. */
export function headersWhileLeaving(): Record<string, string> {
  if (current === null) return proof();
  const token = current.tokenNow();
  return token === null ? {} : { Authorization: token };
}

/** The local session's proof, if this browser signed in. */
function proof(): Record<string, string> {
  const kept = stored();
  return kept === null ? {} : { "X-Automate-Session": kept };
}

function stored(): string | null {
  try {
    return localStorage.getItem(PROOF);
  } catch {
    return null; // the browser lets the page keep nothing
  }
}

/** Another sign-in leaves another one. */
export function forgetProof(): void {
  try {
    localStorage.removeItem(PROOF);
  } catch {
    // there was none
  }
}
