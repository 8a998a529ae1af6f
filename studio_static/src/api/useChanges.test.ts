// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { follow } from "./useChanges";

/** Answers one after the other; then the request hangs until it is aborted. */
function answers(...found: (object | "lost")[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string, { signal }: RequestInit) => {
    asked.push(address);
    const next = found.shift();
    if (next === "lost") throw new TypeError("connection lost");
    if (next) return new Response(JSON.stringify(next), { headers: { "Content-Type": "application/json" } });
    return new Promise<Response>((_, fail) => {
      signal?.addEventListener("abort", () => fail(new DOMException("aborted", "AbortError")));
    });
  });
  return asked;
}

let state: DocumentVisibilityState = "visible";
function see(to: DocumentVisibilityState) {
  state = to;
  document.dispatchEvent(new Event("visibilitychange"));
}

let leaving: AbortController;
beforeEach(() => {
  vi.useFakeTimers();
  leaving = new AbortController();
  state = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => state);
});
afterEach(() => {
  leaving.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const held = (tag: string) => ({ tag, held: true });
const start = (onChange: () => Promise<void>) => void follow("/changes?execution=a", onChange, 1000, leaving.signal);

describe("follow", () => {
  it("asks once, and again with what it saw; each change is told once", async () => {
    const asked = answers(held("1"), held("1"), held("2"));
    const told = vi.fn(async () => undefined);
    start(told);
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toHaveBeenCalledTimes(2);
    expect(asked).toEqual([
      "/changes?execution=a",
      "/changes?execution=a&after=1&wait=20",
      "/changes?execution=a&after=1&wait=20",
      "/changes?execution=a&after=2&wait=20",
    ]);
  });

  it("goes on after a lost connection with the tag of before it", async () => {
    const asked = answers(held("1"), "lost", "lost", held("2"));
    const told = vi.fn(async () => undefined);
    start(told);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked.slice(1).every((each, at) => each.includes(at < 3 ? "after=1&" : "after=2&"))).toBe(true);
    expect(told).toHaveBeenCalledTimes(3); // at first, when it was lost, and when it was back
  });

  it("polls where no request is held, less and less while nothing happens", async () => {
    const asked = answers(...Array.from({ length: 500 }, () => ({ tag: "1", held: false })));
    start(async () => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(3_590_000);
    expect(asked.length).toBeLessThanOrEqual(363); // in an hour; every 2 s it were 1,800
  });

  it("polls every two seconds while something happens", async () => {
    const asked = answers(...Array.from({ length: 50 }, (_, at) => ({ tag: `${at}`, held: false })));
    start(async () => undefined);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(asked).toHaveLength(10);
  });

  it("asks at once where it polls and the page is seen again", async () => {
    const asked = answers(...Array.from({ length: 50 }, () => ({ tag: "1", held: false })));
    start(async () => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    const before = asked.length;
    see("hidden");
    await vi.advanceTimersByTimeAsync(60_000);
    see("visible");
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toHaveLength(before + 1);
  });

  it("lets its request go while the page is hidden, and asks at once when it is seen", async () => {
    const asked = answers(held("1"));
    start(async () => undefined);
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toHaveLength(2);
    see("hidden");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
    see("visible");
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toHaveLength(3);
  });
});
