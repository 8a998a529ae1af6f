/**
 * Moments as people choose them (a date, a time, a place's clock) and as the States Language writes them (RFC 3339 with
 * an offset). The place itself is not written down: its offset at that moment is.
 */

import type { Option } from "../forms/controls";

interface MomentParts {
  /** 2026-11-25, or "" */
  readonly date: string;
  /** 09:00:00 */
  readonly time: string;
  /** `Z`, or `+01:00` */
  readonly offset: string;
}

const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

export function partsOf(moment: string): MomentParts {
  const [, date = "", time = "00:00:00", offset = "Z"] = MOMENT.exec(moment) ?? [];
  return { date, time, offset };
}

/** The moment, or "" while there is no date. */
export function momentOf({ date, time, offset }: MomentParts): string {
  if (date === "") return "";
  return `${date}T${time.length === 5 ? `${time}:00` : time || "00:00:00"}${offset}`;
}

/** What the clocks of `zone` (an IANA name) are ahead of UTC when they show `date` and `time`: `Z` or `+01:00`. */
export function offsetOf(zone: string, date: string, time: string): string {
  const clock = `${date}T${time.length === 5 ? `${time}:00` : time}`;
  const asUtc = Date.parse(`${clock}Z`);
  if (Number.isNaN(asUtc)) return "Z";
  // Once from the shown time as if it were UTC, once more from there: right on both sides of a change of clocks.
  return offsetAt(zone, Date.parse(clock + offsetAt(zone, asUtc)));
}

/** The same at a moment. Browsers write it as `GMT+01:00`, and UTC's as `GMT` or as `GMT+00:00`. */
function offsetAt(zone: string, at: number): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(at);
  const offset = parts.find((part) => part.type === "timeZoneName")?.value.slice("GMT".length, "GMT+01:00".length);
  return offset === undefined || ["", "+00:00"].includes(offset) ? "Z" : offset;
}

/** UTC, the browser's own zone, then every other. */
function zones(): string[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set(["UTC", own, ...Intl.supportedValuesOf("timeZone")])];
}

/** The same to choose from. */
export const ZONES: readonly Option[] = zones().map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
