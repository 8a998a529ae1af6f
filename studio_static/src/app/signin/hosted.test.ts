// @vitest-environment jsdom
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Attempt, begin, exchange, takeAnswer, takeSignOutAddress } from "./hosted";

const PAGE = { domain: "acme.auth.eu-central-1.amazoncognito.com", providers: ["Okta"] };
const ORIGIN = window.location.origin;

/** Begins on `from`; what the browser was sent with, and what the tab keeps. */
async function begun(from = "/studio/secrets/?find=X#top"): Promise<[URL, Attempt]> {
  window.history.replaceState(null, "", from);
  const go = vi.fn();
  await begin(PAGE, "client-1", "Okta", go);
  return [new URL(go.mock.calls[0]?.[0]), JSON.parse(sessionStorage.getItem("automate.sign-in") ?? "null")];
}

function comeBack(asked: Record<string, string>) {
  window.history.replaceState(null, "", `/studio/signed-in?${new URLSearchParams(asked)}`);
  return takeAnswer();
}

const here = () => window.location.pathname + window.location.search + window.location.hash;

function token(claims: object): string {
  return `h.${btoa(JSON.stringify(claims))}.s`;
}

function answers(status: number, body: unknown) {
  const fetched = vi.fn<typeof fetch>(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

beforeEach(() => sessionStorage.clear());
afterEach(() => {
  vi.unstubAllGlobals();
  window.history.replaceState(null, "", "/studio/");
});

describe("begin", () => {
  it("asks for a code with PKCE, and keeps the verifier in the tab", async () => {
    const [address, attempt] = await begun();
    expect(address.origin + address.pathname).toBe(`https://${PAGE.domain}/oauth2/authorize`);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      response_type: "code",
      client_id: "client-1",
      redirect_uri: `${ORIGIN}/studio/signed-in`,
      scope: "openid email",
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge_method: "S256",
      code_challenge: createHash("sha256").update(attempt.verifier).digest("base64url"),
      identity_provider: "Okta",
    });
    expect(address.href).not.toContain(attempt.verifier);
    expect(attempt.back).toBe("/studio/secrets/?find=X#top");
    const [, second] = await begun();
    for (const name of ["state", "nonce", "verifier"] as const) {
      expect(second[name]).toHaveLength(43);
      expect(second[name]).not.toBe(attempt[name]);
    }
  });
});

describe("takeAnswer", () => {
  it("is null on every other page", () => {
    window.history.replaceState(null, "", "/studio/?code=c&state=s");
    expect(takeAnswer()).toBeNull();
    expect(here()).toBe("/studio/?code=c&state=s");
  });
  it("takes the code out of the address, which is the wanted page's again, for one use", async () => {
    const [, attempt] = await begun();
    expect(comeBack({ code: "c-1", state: attempt.state })).toEqual({ code: "c-1", attempt });
    expect(here()).toBe("/studio/secrets/?find=X#top");
    expect(sessionStorage.length).toBe(0);
    expect(comeBack({ code: "c-1", state: attempt.state })).toEqual({ problem: expect.stringContaining("another") });
    expect(here()).toBe("/studio/");
  });
  it.each(["guessed", ""])("refuses the state %j", async (state) => {
    await begun();
    expect(comeBack({ code: "c-1", state })).toEqual({ problem: expect.stringContaining("another sign-in") });
    expect(here()).toBe("/studio/secrets/?find=X#top");
  });
  it("quotes a provider that refused", async () => {
    const [, { state }] = await begun();
    expect(comeBack({ error: "access_denied", error_description: "Not assigned.", state })).toEqual({
      problem: expect.stringContaining("Not assigned."),
    });
  });
  it("never leads out of the Studio", async () => {
    const [, attempt] = await begun();
    for (const back of ["https://evil.example.com/", "//evil.example.com", "/studio/signed-in?code=x"]) {
      sessionStorage.setItem("automate.sign-in", JSON.stringify({ ...attempt, back }));
      comeBack({ code: "c", state: attempt.state });
      expect(here()).toBe("/studio/");
    }
  });
});

describe("exchange", () => {
  const attempt: Attempt = { state: "s", nonce: "n-1", verifier: "v-1", back: "/studio/" };
  const good = {
    id_token: token({ aud: "client-1", nonce: "n-1", sub: "0a1b" }),
    refresh_token: "refresh",
    expires_in: 3600,
  };

  it("sends the verifier to its own origin, and gives tokens", async () => {
    const fetched = answers(200, good);
    expect(await exchange("client-1", { code: "c-1", attempt }, () => 1000)).toEqual({
      idToken: good.id_token,
      refreshToken: "refresh",
      until: 3_601_000,
    });
    const [address, request] = fetched.mock.calls[0] ?? [];
    expect(address).toBe("/cognito/token");
    expect(Object.fromEntries(new URLSearchParams(String(request?.body)))).toEqual({
      grant_type: "authorization_code",
      client_id: "client-1",
      code: "c-1",
      redirect_uri: `${ORIGIN}/studio/signed-in`,
      code_verifier: "v-1",
    });
  });
  it.each([
    [400, { error: "invalid_grant" }, /used already, or has run out/],
    [400, { error: "unauthorized_client" }, /refused: unauthorized_client/],
    [503, null, /answered 503/],
    [200, {}, /without a token/],
    [200, { ...good, id_token: token({ aud: "client-1", nonce: "other" }) }, /another sign-in/],
    [200, { ...good, id_token: token({ aud: "other", nonce: "n-1" }) }, /another sign-in/],
    [200, { ...good, id_token: "none" }, /another sign-in/],
  ])("refuses %i %j", async (status, body, says) => {
    answers(status, body);
    await expect(exchange("client-1", { code: "c", attempt })).rejects.toThrow(says);
    expect(takeSignOutAddress(PAGE, "client-1")).toBeNull();
  });
  it("says that nobody answers", async () => {
    vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("Failed to fetch")));
    await expect(exchange("client-1", { code: "c", attempt })).rejects.toMatchObject({ code: "NoAnswer" });
  });
  it("ends by the page's own sign-out, once", async () => {
    answers(200, good);
    await exchange("client-1", { code: "c", attempt });
    const asked = new URLSearchParams({ client_id: "client-1", logout_uri: `${ORIGIN}/studio/` });
    expect(takeSignOutAddress(PAGE, "client-1")).toBe(`https://${PAGE.domain}/logout?${asked}`);
    expect(takeSignOutAddress(PAGE, "client-1")).toBeNull();
  });
});
