import { describe, expect, it } from "vitest";
import { rowsOf } from "./rows";
import { piecesOf, rangeOf, ticksOf, zoomedTo } from "./scale";
import { moment, step } from "./testing.testdata";

const range = { start: Date.parse(moment(0)), end: Date.parse(moment(10)) };
const rowOf = (...given: Parameters<typeof step>) => rowsOf([step(...given)], new Map())[0] as never;

describe("ticksOf", () => {
  it.each([
    [10, ["0 s", "2 s", "4 s", "6 s", "8 s"]],
    [0.04, ["0 s", "10 ms", "20 ms", "30 ms"]],
    [200, ["0 s", "1 min", "2 min", "3 min"]],
    [3 * 86_400, ["0 s", "1 d", "2 d"]],
  ])("%s s have round ticks", (seconds, texts) => {
    const ticks = ticksOf({ start: range.start, end: range.start + seconds * 1000 }, range.start);
    expect(ticks.map(({ text }) => text)).toEqual(texts);
  });
  it("counts from the execution's start when zoomed", () => {
    const zoomed = { start: range.start + 6100, end: range.start + 7900 };
    expect(ticksOf(zoomed, range.start).map(({ text }) => text)).toEqual(["6.5 s", "7 s", "7.5 s"]);
  });
});

describe("rangeOf", () => {
  it("is never empty", () => {
    const { start, end } = rangeOf(moment(0), moment(0), 0);
    expect(end - start).toBe(10);
  });
  it("ends now while it runs", () =>
    expect(rangeOf(moment(0), null, Date.parse(moment(3))).end).toBe(range.start + 3000));
});

describe("piecesOf", () => {
  it("fades attempts that were tried again, and hatches the time between", () => {
    const attempt = (number: number, from: number, to: number, status: string) => ({
      number,
      started_at: moment(from),
      ended_at: moment(to),
      status,
      error: null,
      cause: null,
    });
    const row = rowOf("A#1", {
      to: 5,
      attempts: [attempt(1, 0, 1, "FAILED"), attempt(2, 3, 5, "SUCCEEDED")],
      waits: [{ from: moment(1), to: moment(3), why: "retry" }],
    });
    expect(
      piecesOf(row, range, 0).map(({ kind, status, faded, left, width }) => [
        kind,
        status,
        faded,
        Math.round(left * 100),
        Math.round(width * 100),
      ]),
    ).toEqual([
      ["run", "FAILED", true, 0, 10],
      ["run", "SUCCEEDED", false, 30, 20],
      ["wait", "SUCCEEDED", false, 10, 20],
    ]);
  });
  it("goes on until now while something runs", () => {
    const row = rowOf("A#1", { to: null, status: "RUNNING" });
    expect(piecesOf(row, range, Date.parse(moment(4)))[0]?.width).toBeCloseTo(0.4);
  });
  it("leaves out what is outside", () => {
    expect(piecesOf(rowOf("A#1", { from: 1, to: 2 }), { start: range.start + 5000, end: range.end }, 0)).toEqual([]);
  });
});

it("zooms to a row, with a little room, within the whole", () => {
  const zoomed = zoomedTo(rowOf("A#1", { from: 0, to: 1 }), range);
  expect(zoomed).toEqual({ start: range.start, end: range.start + 1040 });
});
