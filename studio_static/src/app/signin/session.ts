/**
 * Who is signed in in this tab. The ID token is in memory alone; the refresh token is in the tab's sessionStorage, so that
 * loading the page again asks nothing. Neither is ever anywhere else.
 *
 *     starting ──► in ◄──► out
 *
 * Out is also what a sign-in that ran out is: the page stays as it is, its requests wait (`token`), and go on after the
 * next sign-in. Somebody else's sign-in loads the page anew: nothing of the one before may be sent in another's name.
 */
import { createStore } from "zustand/vanilla";
import type { Credentials } from "../../api/credentials";
import { type Cognito, CognitoError, subjectOf, type Tokens } from "./cognito";

/** An ID token is replaced so long before its end: clocks differ, and a request takes its time. */
export const EARLY_MS = 120_000;
const TRY_AGAIN_MS = 20_000;
const KEY = "automate.refresh-token";

export type SessionState =
  | { at: "starting" }
  | { at: "in" }
  /** `why` is null where there is nothing to explain: nobody signed in yet. */
  | { at: "out"; why: string | null };

export type Renewer = Pick<Cognito, "renew" | "revoke">;

export class Session implements Credentials {
  readonly state = createStore<SessionState>(() => ({ at: "starting" }));
  readonly #cognito: Renewer;
  readonly #loadAgain: () => void;
  #tokens: Tokens | null = null;
  #refreshToken: string | null = null;
  #subject: string | null = null;
  #renewal: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #goOut: () => void;

  /** `goOut` is where signing out leads: by default the page is loaded again, which asks for a sign-in. */
  constructor(cognito: Renewer, loadAgain: () => void = () => window.location.reload(), goOut = loadAgain) {
    this.#cognito = cognito;
    this.#loadAgain = loadAgain;
    this.#goOut = goOut;
  }

  /** Begins with tokens that come by the hosted sign-in page, or with why they did not. */
  async arrive(tokens: Promise<Tokens>): Promise<void> {
    await tokens.then(
      (made) => this.enter(made),
      (thrown: Error) => this.#leave(thrown.message),
    );
  }

  /** Goes on with what this tab kept. */
  async resume(): Promise<void> {
    this.#refreshToken = kept();
    if (this.#refreshToken === null) return this.#leave(null);
    await this.#renew().catch((thrown: Error) => this.#leave(thrown.message));
  }

  /** Tokens of a sign-in that somebody just made. */
  enter(tokens: Tokens): void {
    const subject = subjectOf(tokens.idToken);
    const isAnother = this.#subject !== null && this.#subject !== subject;
    if (isAnother) {
      this.#leave(null);
      keep(tokens.refreshToken);
      this.#loadAgain();
      return;
    }
    this.#take(tokens);
  }

  /** Forgets the tokens, has Cognito forget them, and leaves the page. */
  signOut(): void {
    keep(null);
    // Where Cognito does not answer the token is at least nowhere any more.
    if (this.#refreshToken !== null) this.#cognito.revoke(this.#refreshToken).catch(() => undefined);
    // With the ID token still in memory: a draft that is saved while the page is left is still this user's.
    this.#goOut();
  }

  async token(signal?: AbortSignal | null): Promise<string> {
    for (;;) {
      await this.#whenIn(signal);
      const tokens = this.#tokens;
      if (tokens !== null && !isDue(tokens, Date.now())) return tokens.idToken;
      try {
        await this.#renew();
        if (this.#tokens !== null) return this.#tokens.idToken;
      } catch (thrown) {
        // Not renewed and not refused: what is there is good until its end.
        if (tokens !== null && Date.now() < tokens.until) return tokens.idToken;
        throw thrown;
      }
    }
  }

  tokenNow(): string | null {
    return this.#tokens?.idToken ?? null;
  }

  async refused(token: string, isAgain: boolean): Promise<void> {
    if (this.#tokens?.idToken !== token) return; // another one is there already
    if (isAgain) return this.#leave("The deployment did not accept your sign-in. Please sign in again.");
    await this.#renew();
  }

  /** One renewal at a time. Leaves when Cognito refuses; throws when it could not be asked. */
  #renew(): Promise<void> {
    this.#renewal ??= this.#renewOnce().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #renewOnce(): Promise<void> {
    const refreshToken = this.#refreshToken;
    if (refreshToken === null) return this.#leave("Your sign-in has run out.");
    try {
      this.#take(await this.#cognito.renew(refreshToken));
    } catch (thrown) {
      if (thrown instanceof CognitoError && thrown.isTransient) throw thrown;
      this.#refreshToken = null;
      keep(null);
      this.#leave(thrown instanceof CognitoError ? thrown.message : "Your sign-in has run out.");
    }
  }

  #take(tokens: Tokens): void {
    this.#tokens = tokens;
    this.#subject = subjectOf(tokens.idToken);
    this.#refreshToken = tokens.refreshToken ?? this.#refreshToken;
    keep(this.#refreshToken);
    this.#renewIn(tokens.until - EARLY_MS - Date.now());
    if (this.state.getState().at !== "in") this.state.setState({ at: "in" }, true);
  }

  #leave(why: string | null): void {
    clearTimeout(this.#timer);
    this.#tokens = null;
    this.state.setState({ at: "out", why }, true);
  }

  #renewIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void this.#renew().catch(() => this.#renewIn(TRY_AGAIN_MS)),
      Math.max(milliseconds, TRY_AGAIN_MS),
    );
  }

  #whenIn(signal?: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#tokens !== null) return resolve();
      const stop = this.state.subscribe((state) => {
        if (state.at !== "in") return;
        signal?.removeEventListener("abort", give);
        stop();
        resolve();
      });
      const give = () => {
        stop();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", give, { once: true });
    });
  }
}

/** Whether an ID token is to be replaced now. */
export function isDue(tokens: Pick<Tokens, "until">, now: number): boolean {
  return now >= tokens.until - EARLY_MS;
}

/** A browser may close its storage to us: then the sign-in lasts until the page is loaded again. */
function kept(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(refreshToken: string | null): void {
  try {
    if (refreshToken === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, refreshToken);
  } catch {
    // In memory it stays.
  }
}
