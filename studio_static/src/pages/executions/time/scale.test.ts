import { describe, expect, it } from "vitest";
import { moment, step } from "../testing.testdata";
import { rowsOf } from "./rows";
import { foldsOf, piecesOf, placeOf, rangeOf, secondsOf, ticksOf, zoomedTo } from "./scale";

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

describe("a rest", () => {
  // Ran for 2 s, lay for an hour, ran for 2 s.
  const rests = [{ start: range.start + 2000, end: range.start + 3_602_000 }];
  const whole = rangeOf(moment(0), moment(3604), 0, rests);
  it("is as wide as any other, and what ran has the rest of the room", () => {
    expect([0, 1, 2, 3602, 3604].map((second) => placeOf(whole, range.start + second * 1000))).toEqual(
      [0, 0.2375, 0.475, 0.525, 1].map((place) => expect.closeTo(place)),
    );
    expect(foldsOf(whole)).toMatchObject([{ left: 0.475, width: 0.05 }]);
    expect(foldsOf(whole)[0]?.title).toBe("Had ended, and was redriven 1 h later");
  });
  it("is counted by no tick and in no duration", () => {
    expect(ticksOf(whole, range.start).map(({ text }) => text)).toEqual(["0 s", "1 s", "3 s"]);
    expect(secondsOf({ from: moment(0), to: moment(3604) }, 0, rests)).toBe(4);
  });
  it("is left out of what is zoomed to beside it, where ticks go on from the time it ran", () => {
    const zoomed = zoomedTo({ from: moment(3602), to: moment(3604) }, whole);
    expect(ticksOf({ ...zoomed, start: range.start + 3_602_000 }, range.start).map(({ text }) => text)).toContain(
      "2.5 s",
    );
    expect(foldsOf({ ...zoomed, start: range.start + 3_602_000 })).toEqual([]);
  });
  it("that has not ended ends at the range's", () => {
    const open = rangeOf(moment(0), null, range.start + 5000, [{ start: range.start + 2000, end: Number.MAX_VALUE }]);
    expect(placeOf(open, range.start + 2000)).toBeCloseTo(0.95);
  });
});
