// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../../api/errors";
import type { JsonObject } from "../../../asl/types";
import { keepBackup, readBackup } from "./backup";
import { changedParts, merge } from "./merge";
import { Saver, type SaveState } from "./saver";

const START = { name: "w", a: 1 };

function opened(put: (document: JsonObject, etag: string) => Promise<{ etag: string; at: number }>) {
  const states: SaveState["kind"][] = [];
  const backups: (JsonObject | null)[] = [];
  const saver = new Saver(START, "e1", 0, {
    put,
    backup: (document) => backups.push(document),
    changed: (state) => states.push(state.kind),
  });
  return { saver, states, backups };
}

describe("saving", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("waits for a pause, then saves once over the draft it knows", async () => {
    const put = vi.fn(async () => ({ etag: "e2", at: 5 }));
    const { saver, states, backups } = opened(put);
    saver.change({ name: "w", a: 2 });
    await vi.advanceTimersByTimeAsync(1000);
    saver.change({ name: "w", a: 3 });
    await vi.advanceTimersByTimeAsync(1300);
    expect(put.mock.calls).toEqual([[{ name: "w", a: 3 }, "e1"]]);
    expect(saver.currentEtag).toBe("e2");
    expect(states.at(-1)).toBe("saved");
    expect(backups.at(-1)).toBeNull();
  });

  it("says saved at once when the document is the saved one again", async () => {
    const put = vi.fn(async () => ({ etag: "e2", at: 5 }));
    const { saver } = opened(put);
    saver.change({ name: "w", a: 2 });
    saver.change({ name: "w", a: 1 });
    expect(saver.state.kind).toBe("saved");
    await vi.advanceTimersByTimeAsync(5000);
    expect(put).not.toHaveBeenCalled();
  });

  it("saves what was edited while it saved", async () => {
    let answer: (() => void) | undefined;
    const put = vi.fn(
      () =>
        new Promise<{ etag: string; at: number }>((done) => {
          answer = () => done({ etag: `e${put.mock.calls.length + 1}`, at: 1 });
        }),
    );
    const { saver } = opened(put);
    saver.change({ name: "w", a: 2 });
    await vi.advanceTimersByTimeAsync(1300);
    saver.change({ name: "w", a: 3 });
    answer?.();
    await vi.advanceTimersByTimeAsync(1300);
    answer?.();
    await vi.advanceTimersByTimeAsync(1);
    expect(put.mock.calls).toEqual([
      [{ name: "w", a: 2 }, "e1"],
      [{ name: "w", a: 3 }, "e2"],
    ]);
    expect(saver.state.kind).toBe("saved");
  });

  it("asks again while there is no answer, and keeps the backup", async () => {
    const put = vi
      .fn()
      .mockRejectedValueOnce(new ApiError(0, { code: "NoAnswer", message: "away" }))
      .mockResolvedValue({ etag: "e2", at: 1 });
    const { saver, states, backups } = opened(put);
    saver.change({ name: "w", a: 2 });
    await vi.advanceTimersByTimeAsync(1300);
    expect(saver.state.kind).toBe("waiting");
    expect(backups.at(-1)).toEqual({ name: "w", a: 2 });
    await vi.advanceTimersByTimeAsync(2100);
    expect(states.at(-1)).toBe("saved");
  });

  it("stops at a conflict until a person has chosen", async () => {
    const put = vi
      .fn()
      .mockRejectedValueOnce(new ApiError(412, { code: "PreconditionFailed", message: "changed" }))
      .mockResolvedValue({ etag: "e9", at: 1 });
    const { saver } = opened(put);
    saver.change({ name: "w", a: 2 });
    await vi.advanceTimersByTimeAsync(1300);
    expect(saver.state.kind).toBe("conflict");
    saver.change({ name: "w", a: 3 });
    await saver.flush();
    expect(put).toHaveBeenCalledTimes(1);
    await saver.resolve({ name: "w", a: 3 }, { name: "w", a: 7 }, "e8");
    expect(put.mock.calls[1]).toEqual([{ name: "w", a: 3 }, "e8"]);
    expect(saver.state.kind).toBe("saved");
  });

  it("shows why the server refused, and tries again with the next edit", async () => {
    const put = vi
      .fn()
      .mockRejectedValueOnce(new ApiError(400, { code: "InvalidDocument", message: "no" }))
      .mockResolvedValue({ etag: "e2", at: 1 });
    const { saver } = opened(put);
    saver.change({ name: "w", a: 2 });
    expect((await saver.flush()).kind).toBe("refused");
    saver.change({ name: "w", a: 3 });
    expect((await saver.flush()).kind).toBe("saved");
  });
});

it("finds a backup again", () => {
  keepBackup("w", { document: START, base: START, etag: "e1" });
  expect(readBackup("w")).toEqual({ document: START, base: START, etag: "e1" });
  keepBackup("w", null);
  expect(readBackup("w")).toBeNull();
});

describe("merging", () => {
  const base = { d: { States: { A: { x: 1 }, B: { y: 1 } } }, tags: ["a"] };
  it("joins changes of different places", () => {
    const ours = { d: { States: { A: { x: 2 }, B: { y: 1 }, C: {} } }, tags: ["a"] };
    const theirs = { d: { States: { A: { x: 1 } } }, tags: ["a", "b"] };
    expect(merge(base, ours, theirs)).toEqual({
      value: { d: { States: { A: { x: 2 }, C: {} } }, tags: ["a", "b"] },
      clashes: [],
    });
  });
  it("never decides a clash", () => {
    const { clashes } = merge(
      base,
      { ...base, tags: ["c"], d: { States: { A: { x: 2 } } } },
      { ...base, tags: ["d"], d: { States: { A: { x: 3 }, B: { y: 1 } } } },
    );
    expect(clashes).toEqual(["/d/States/A/x", "/tags"]);
  });
  it("names the parts that changed", () => {
    expect(
      changedParts(
        { name: "w", definition: { States: { A: 1, B: 1 } } },
        { name: "w", definition: { States: { A: 2, B: 1 } }, tags: {} },
      ),
    ).toEqual(["A", "tags"]);
  });
});
