// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { request } from "../../api/client";
import { forgetProof, headersWhileLeaving, setCredentials } from "../../api/credentials";
import { CognitoError, type Tokens } from "./cognito";
import { EARLY_MS, isDue, Session } from "./session";

const HOUR = 3_600_000;
const REFUSED = new CognitoError("NotAuthorizedException", "Refresh Token has expired");
const AWAY = new CognitoError("NoAnswer", "The sign-in service does not answer.");

function idToken(number: number, subject = "ann"): string {
  return `header.${btoa(JSON.stringify({ sub: subject, number }))}.signature`;
}

function tokens(number: number, subject = "ann"): Tokens {
  return { idToken: idToken(number, subject), refreshToken: `refresh-${subject}`, until: Date.now() + HOUR };
}

function setUp() {
  let number = 1;
  const renew = vi.fn(async (_: string): Promise<Tokens> => {
    number += 1;
    return { ...tokens(number), refreshToken: null };
  });
  const loadAgain = vi.fn();
  const revoke = vi.fn(async (_: string): Promise<void> => undefined);
  return { session: new Session({ renew, revoke }, loadAgain), renew, revoke, loadAgain };
}

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
});
afterEach(() => {
  setCredentials(null);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the life of a token", () => {
  it("ends two minutes early", () => {
    const until = 10 * HOUR;
    expect(isDue({ until }, until - EARLY_MS - 1)).toBe(false);
    expect(isDue({ until }, until - EARLY_MS)).toBe(true);
  });
  it("is renewed unasked, once, before it ends", async () => {
    const { session, renew } = setUp();
    session.enter(tokens(1));
    await vi.advanceTimersByTimeAsync(HOUR - EARLY_MS - 1);
    expect(renew).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(renew.mock.calls).toEqual([["refresh-ann"]]);
    expect(await session.token()).toBe(idToken(2));
  });
  it("is renewed by who needs it where the timer slept, for all of them at once", async () => {
    const { session, renew } = setUp();
    session.enter(tokens(1));
    vi.setSystemTime(Date.now() + 2 * HOUR);
    expect(await Promise.all([session.token(), session.token()])).toEqual([idToken(2), idToken(2)]);
    expect(renew).toHaveBeenCalledTimes(1);
  });
  it("goes on until its end while Cognito does not answer, and is not used after", async () => {
    const { session, renew } = setUp();
    session.enter(tokens(1));
    renew.mockRejectedValue(AWAY);
    vi.setSystemTime(Date.now() + HOUR - 1);
    expect(await session.token()).toBe(idToken(1));
    vi.setSystemTime(Date.now() + 1);
    await expect(session.token()).rejects.toBe(AWAY);
    expect(session.state.getState().at).toBe("in");
  });
});

describe("what the tab keeps", () => {
  it("is the refresh token alone", () => {
    const { session } = setUp();
    session.enter(tokens(1));
    expect({ ...sessionStorage }).toEqual({ "automate.refresh-token": "refresh-ann" });
    expect(localStorage.length).toBe(0);
  });
  it("brings the next page in without asking", async () => {
    setUp().session.enter(tokens(1));
    const { session, renew } = setUp();
    await session.resume();
    expect(session.state.getState()).toEqual({ at: "in" });
    expect(renew).toHaveBeenCalledWith("refresh-ann");
  });
  it("is nothing at first: somebody has to sign in", async () => {
    const { session } = setUp();
    await session.resume();
    expect(session.state.getState()).toEqual({ at: "out", why: null });
  });
  it("is forgotten when it is refused, in Cognito's words", async () => {
    sessionStorage.setItem("automate.refresh-token", "old");
    const { session, renew } = setUp();
    renew.mockRejectedValue(REFUSED);
    await session.resume();
    expect(session.state.getState()).toEqual({ at: "out", why: REFUSED.message });
    expect(sessionStorage.length).toBe(0);
  });
  it("stays when Cognito only could not be asked", async () => {
    sessionStorage.setItem("automate.refresh-token", "good");
    const { session, renew } = setUp();
    renew.mockRejectedValue(AWAY);
    await session.resume();
    expect(session.state.getState()).toEqual({ at: "out", why: AWAY.message });
    expect(sessionStorage.length).toBe(1);
  });
  it("is forgotten by signing out, here and by Cognito", () => {
    const { session, revoke, loadAgain } = setUp();
    revoke.mockRejectedValue(AWAY);
    session.enter(tokens(1));
    session.signOut();
    expect(sessionStorage.length).toBe(0);
    expect(revoke).toHaveBeenCalledExactlyOnceWith("refresh-ann");
    expect(loadAgain).toHaveBeenCalledOnce();
  });
});

describe("a sign-in by the hosted page", () => {
  it("begins with its tokens, and signing out leads to the page's own end", async () => {
    const goOut = vi.fn();
    const { revoke, loadAgain } = setUp();
    const session = new Session({ renew: vi.fn(), revoke }, loadAgain, goOut);
    await session.arrive(Promise.resolve(tokens(1)));
    expect(session.state.getState()).toEqual({ at: "in" });
    session.signOut();
    expect([goOut.mock.calls.length, loadAgain.mock.calls.length]).toEqual([1, 0]);
  });
  it("says why it did not come", async () => {
    const { session } = setUp();
    await session.arrive(Promise.reject(new Error("The code was used already.")));
    expect(session.state.getState()).toEqual({ at: "out", why: "The code was used already." });
  });
});

describe("a request", () => {
  function api(accepts: (token: string) => boolean) {
    const sent: string[] = [];
    vi.stubGlobal(
      "fetch",
      vi.fn(async (_: string, given: RequestInit) => {
        const token = (given.headers as Record<string, string>).Authorization ?? "none";
        sent.push(token);
        return accepts(token) ? new Response("{}") : new Response("{}", { status: 401 });
      }),
    );
    return sent;
  }

  it("carries the ID token as it is", async () => {
    const { session } = setUp();
    setCredentials(session);
    session.enter(tokens(1));
    const sent = api(() => true);
    await request("GET", "/me");
    expect(sent).toEqual([idToken(1)]);
  });
  it("carries the session's proof, and no token, where a cookie signs in", async () => {
    const kept = new Map([["automate.session", "the-proof"]]);
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      removeItem: (key: string) => kept.delete(key),
    });
    const sent = api(() => true);
    const proofs = () =>
      vi.mocked(fetch).mock.calls.map(([, given]) => new Headers(given?.headers).get("X-Automate-Session"));
    await request("GET", "/me");
    expect(headersWhileLeaving()).toEqual({ "X-Automate-Session": "the-proof" });
    forgetProof();
    await request("GET", "/me");
    expect(sent).toEqual(["none", "none"]);
    expect(proofs()).toEqual(["the-proof", null]);
    expect(headersWhileLeaving()).toEqual({});
  });
  it("that was refused is sent again once, with a new token", async () => {
    const { session, renew } = setUp();
    setCredentials(session);
    session.enter(tokens(1));
    const sent = api((token) => token === idToken(2));
    await Promise.all([request("GET", "/me"), request("POST", "/workflows")]);
    expect(sent).toEqual([idToken(1), idToken(1), idToken(2), idToken(2)]);
    expect(renew).toHaveBeenCalledTimes(1);
  });
  it("that is refused again waits for a sign-in, and goes on", async () => {
    const { session } = setUp();
    setCredentials(session);
    session.enter(tokens(1));
    const sent = api((token) => token === idToken(9));
    const answered = request("GET", "/me");
    await vi.advanceTimersByTimeAsync(0);
    expect(session.state.getState()).toMatchObject({ at: "out", why: expect.stringContaining("did not accept") });
    expect(sent).toEqual([idToken(1), idToken(2)]);
    session.enter(tokens(9));
    expect((await answered).status).toBe(200);
  });
  it("that nobody waits for any more is not sent", async () => {
    const { session } = setUp();
    setCredentials(session);
    const sent = api(() => true);
    const control = new AbortController();
    const answered = request("GET", "/me", { signal: control.signal });
    control.abort();
    await expect(answered).rejects.toMatchObject({ name: "AbortError" });
    session.enter(tokens(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([]);
  });
  it("of one user is never sent in another's name", async () => {
    const { session, renew, loadAgain } = setUp();
    setCredentials(session);
    session.enter(tokens(1));
    renew.mockRejectedValue(REFUSED);
    const sent = api(() => false);
    void request("POST", "/workflows");
    await vi.advanceTimersByTimeAsync(0);
    session.enter(tokens(1, "bob"));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([idToken(1)]);
    expect(session.tokenNow()).toBeNull();
    expect(loadAgain).toHaveBeenCalledOnce();
    expect(sessionStorage.getItem("automate.refresh-token")).toBe("refresh-bob");
  });
});
