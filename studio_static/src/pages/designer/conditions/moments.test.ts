import { describe, expect, it } from "vitest";
import { isMoment } from "./model";
import { momentOf, offsetOf, partsOf, ZONES } from "./moments";

describe("moments", () => {
  it("are taken apart and put together", () => {
    expect(partsOf("2026-11-25T09:30:00+01:00")).toEqual({ date: "2026-11-25", time: "09:30:00", offset: "+01:00" });
    expect(momentOf({ date: "2026-11-25", time: "09:30", offset: "Z" })).toBe("2026-11-25T09:30:00Z");
    expect(momentOf({ date: "", time: "09:30", offset: "Z" })).toBe("");
    expect(isMoment(momentOf(partsOf("2026-11-25T09:30:00-03:30")))).toBe(true);
  });
  it.each([
    ["Europe/Berlin", "2026-01-15", "12:00:00", "+01:00"],
    ["Europe/Berlin", "2026-07-15", "12:00:00", "+02:00"],
    ["Europe/Berlin", "2026-03-29", "01:30:00", "+01:00"],
    ["Europe/Berlin", "2026-03-29", "03:30:00", "+02:00"],
    ["America/New_York", "2026-11-01", "00:30:00", "-04:00"],
    ["America/New_York", "2026-11-01", "03:30:00", "-05:00"],
    ["Asia/Kolkata", "2026-07-15", "12:00", "+05:30"],
    ["Europe/London", "2026-01-15", "12:00:00", "Z"],
    ["UTC", "2026-01-15", "12:00:00", "Z"],
  ])("%s at %s %s is %s", (zone, date, time, offset) => expect(offsetOf(zone, date, time)).toBe(offset));
  it("have every zone to choose from, UTC first", () => {
    const names = ZONES.map((zone) => zone.value);
    expect(names[0]).toBe("UTC");
    expect(names).toContain("Europe/Berlin");
    expect(new Set(names).size).toBe(names.length);
  });
});
