import { expect, it } from "vitest";
import { momentOf, pickerText } from "./FilterFields";

it("reads the picker's time as UTC", () => {
  expect(momentOf("2026-11-24T14:00")).toBe("2026-11-24T14:00:00Z");
  expect(momentOf("2026-11-24T14:00:05")).toBe("2026-11-24T14:00:05Z");
  expect(momentOf("")).toBe("");
});
it("shows a time to the second", () => {
  expect(pickerText("2026-11-24T14:00:00Z")).toBe("2026-11-24T14:00");
  expect(pickerText("2026-11-24T14:00:05.123Z")).toBe("2026-11-24T14:00:05");
  expect(pickerText("yesterday")).toBe("");
});
