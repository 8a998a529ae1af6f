// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { get, post, saveFile } from "./client";
import { setCredentials } from "./credentials";
import { isTooLarge } from "./large";

const HREF = "https://bucket.s3.eu-central-1.amazonaws.com/answers/default/x?X-Amz-Signature=s";

function answers(...found: Response[]) {
  const asked = vi.fn(async (_address: string, _options?: RequestInit) => found.shift() as Response);
  vi.stubGlobal("fetch", asked);
  return asked;
}

function json(body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json", ...headers } });
}

function place(): Response {
  return json(
    { $too_large: { bytes: 7_000_000, href: HREF, expires_in: 300 } },
    { "Automate-Too-Large": "1", ETag: '"e"' },
  );
}

beforeEach(() => {
  setCredentials({ token: async () => "token", tokenNow: () => "token", refused: async () => undefined });
});
afterEach(() => {
  setCredentials(null);
  vi.unstubAllGlobals();
});

describe("an answer that is too large for Lambda", () => {
  it("is fetched from its address, which the token does not go to", async () => {
    const asked = answers(place(), json({ order: 1 }));
    expect(await get("/executions/x/history?first")).toEqual({ order: 1 });
    expect(asked.mock.calls[1]?.[0]).toBe(HREF);
    expect(asked.mock.calls[1]?.[1]?.headers).toBeUndefined();
    expect(asked.mock.calls[1]?.[1]?.credentials).toBe("omit");
  });

  it("is a value where no header says so", async () => {
    const body = { $too_large: { bytes: 1, href: HREF } };
    const asked = answers(json(body));
    expect(await get("/executions/x/history?second")).toEqual(body);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("that is over is an error in words", async () => {
    answers(place(), new Response("", { status: 403 }));
    await expect(get("/executions/x/history?third")).rejects.toThrow("A large answer could not be fetched.");
  });

  it("is saved from its address", async () => {
    const asked = answers(place());
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      expect(this.href).toBe(HREF);
    });
    await saveFile("/executions/x/payload?part=input", "input.json");
    expect(clicked).toHaveBeenCalledTimes(1);
    expect(new Headers(asked.mock.calls[0]?.[1]?.headers).get("Authorization")).toBe("token");
  });
});

describe("a body that is too large for Lambda", () => {
  const body = { input: "x".repeat(6_000_000) };

  it("is put where the API says, and named in the request", async () => {
    const asked = answers(
      json({ id: "u1", href: HREF, headers: { "Content-Type": "application/json" } }),
      new Response(""),
      json({ id: "w:1" }),
    );
    expect(await post("/workflows/w/executions", body)).toEqual({ id: "w:1" });
    expect(JSON.parse(String(asked.mock.calls[0]?.[1]?.body))).toEqual({ bytes: JSON.stringify(body).length });
    expect([asked.mock.calls[1]?.[0], asked.mock.calls[1]?.[1]?.method]).toEqual([HREF, "PUT"]);
    const sent = asked.mock.calls[2]?.[1];
    expect(sent?.body).toBeNull();
    expect(new Headers(sent?.headers).get("Automate-Upload")).toBe("u1");
  });

  it("goes as it is where requests may be that large", async () => {
    const asked = answers(json({ id: null, href: null, headers: {} }), json({ id: "w:1" }));
    await post("/workflows/w/executions", body);
    expect(String(asked.mock.calls[1]?.[1]?.body).length).toBeGreaterThan(6_000_000);
  });

  it("counts as it is written within JSON", () => {
    expect(isTooLarge('"'.repeat(3_000_000))).toBe(true);
    expect(isTooLarge("ä".repeat(900_000))).toBe(true);
    expect(isTooLarge("x".repeat(5_000_000))).toBe(false);
  });
});
