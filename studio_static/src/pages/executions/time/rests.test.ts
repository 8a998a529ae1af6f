import { expect, it } from "vitest";
import { moment } from "../testing.testdata";
import { begunAsIf, restsOf, secondsRan } from "./rests";

const second = (at: number) => Date.parse(moment(at));

it("reads them as the API tells them", () => {
  expect(restsOf([{ from: moment(2), to: moment(62) }])).toEqual([{ start: second(2), end: second(62) }]);
});

it("leaves rests out of what a step took and counts on from", () => {
  const rests = [{ start: second(2), end: second(62) }];
  expect(secondsRan(rests, moment(0), moment(65))).toBe(5);
  expect(secondsRan(rests, moment(0), null)).toBeNull();
  expect(begunAsIf(rests, moment(0), second(70))).toBe(moment(60));
});
