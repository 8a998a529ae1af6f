/**
 * Signing in on the deployment's hosted sign-in page, which leads to the identity providers: authorization code with
 * PKCE. Nothing but a code is ever in an address, and that one is taken out of it before anything is shown.
 *
 *     begin ──► sign-in page, provider ──► /studio/signed-in?code=…&state=… ──► takeAnswer ──► exchange ──► tokens
 *
 * State, nonce and verifier are in the tab's sessionStorage between the two, for one answer.
 */
import { CognitoError, claimsOf, type Tokens } from "./cognito";
import { type HostedPage, RETURN } from "./configuration";

const TOKENS = "/cognito/token";
const ATTEMPT = "automate.sign-in";
const BY_PAGE = "automate.signed-in-by-page";
const HOME = "/studio/";
const ANOTHER = "The answer belongs to another sign-in, or to none. Sign in again.";

export interface Attempt {
  state: string;
  nonce: string;
  verifier: string;
  /** The page that one wanted to see. */
  back: string;
}

export type Answer = { code: string; attempt: Attempt } | { problem: string };

/** Leaves for the provider's page. Throws an Error where the browser keeps nothing: the answer could not be told. */
export async function begin(
  page: HostedPage,
  clientId: string,
  provider: string,
  go: (address: string) => void = (address) => window.location.assign(address),
): Promise<void> {
  const { pathname, search, hash } = window.location;
  const attempt = { state: random(), nonce: random(), verifier: random(), back: pathname + search + hash };
  try {
    sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  } catch {
    throw new Error("The browser keeps nothing for this page. Allow it to, or sign in with a password.");
  }
  const asked = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: window.location.origin + RETURN,
    scope: "openid email",
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge_method: "S256",
    code_challenge: await challengeOf(attempt.verifier),
    identity_provider: provider,
  });
  go(`https://${page.domain}/oauth2/authorize?${asked}`);
}

/** What the sign-in page sent the browser back with; null on every other page. The address is the wanted page's then. */
export function takeAnswer(): Answer | null {
  if (window.location.pathname !== RETURN) return null;
  const given = new URLSearchParams(window.location.search);
  const attempt = takeAttempt();
  window.history.replaceState(null, "", attempt?.back ?? HOME);
  if (attempt === null || given.get("state") !== attempt.state) return { problem: ANOTHER };
  const code = given.get("code");
  if (code !== null && code !== "" && !given.has("error")) return { code, attempt };
  const words = given.get("error_description") ?? given.get("error") ?? "The sign-in page answered without a code.";
  return { problem: `${words} (said by the sign-in page). Sign in again, or ask an admin.` };
}

/** The tokens for a code. Throws CognitoError. */
export async function exchange(
  clientId: string,
  { code, attempt }: { code: string; attempt: Attempt },
  now: () => number = Date.now,
): Promise<Tokens> {
  let response: Response;
  try {
    response = await fetch(TOKENS, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
      credentials: "omit",
      cache: "no-store",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: clientId,
        code,
        redirect_uri: window.location.origin + RETURN,
        code_verifier: attempt.verifier,
      }).toString(),
    });
  } catch {
    throw new CognitoError("NoAnswer", "The sign-in service does not answer. Look whether you are online.");
  }
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  if (!response.ok) throw refused(response.status, body);
  const { id_token: idToken, refresh_token: refreshToken, expires_in: seconds } = body ?? {};
  if (typeof idToken !== "string" || typeof refreshToken !== "string" || typeof seconds !== "number")
    throw new CognitoError("NoTokens", "The sign-in service answered without a token.");
  const claims = claimsOf(idToken);
  if (claims.nonce !== attempt.nonce || claims.aud !== clientId) throw new CognitoError("AnotherSignIn", ANOTHER);
  rememberPage(true);
  return { idToken, refreshToken, until: now() + seconds * 1000 };
}

/** Where signing out leads: to the page's own end of its session, for who signed in there; else null. */
export function takeSignOutAddress(page: HostedPage | null, clientId: string): string | null {
  let wasByPage = false;
  try {
    wasByPage = sessionStorage.getItem(BY_PAGE) !== null;
  } catch {
    // It was kept nowhere.
  }
  rememberPage(false);
  if (page === null || !wasByPage) return null;
  const asked = new URLSearchParams({ client_id: clientId, logout_uri: window.location.origin + HOME });
  return `https://${page.domain}/logout?${asked}`;
}

function rememberPage(isByPage: boolean): void {
  try {
    if (isByPage) sessionStorage.setItem(BY_PAGE, "1");
    else sessionStorage.removeItem(BY_PAGE);
  } catch {
    // Then signing out ends the Studio's sign-in alone.
  }
}

function takeAttempt(): Attempt | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(ATTEMPT) ?? "null") as Partial<Attempt> | null;
    sessionStorage.removeItem(ATTEMPT);
    const { state, nonce, verifier, back } = kept ?? {};
    if (!state || !nonce || !verifier) return null;
    return { state, nonce, verifier, back: back?.startsWith(HOME) && !back.startsWith(RETURN) ? back : HOME };
  } catch {
    return null;
  }
}

function refused(status: number, body: Record<string, unknown> | null): CognitoError {
  if (status >= 500) return new CognitoError(`Http${status}`, `The sign-in service answered ${status}.`);
  const error = typeof body?.error === "string" ? body.error : `Http${status}`;
  if (error === "invalid_grant")
    return new CognitoError(error, "The code was used already, or has run out. Sign in again.");
  return new CognitoError(error, `The sign-in page refused: ${error}.`);
}

async function challengeOf(verifier: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

/** 256 bits. */
function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
