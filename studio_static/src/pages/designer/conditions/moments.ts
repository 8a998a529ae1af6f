/**
 * Moments as people choose them (a date, a time, a place's clock) and as the States Language writes them (RFC 3339 with
 * an offset). The place itself is not written down: its offset at that moment is.
 */

export interface MomentParts {
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
  const shown = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (zone === "UTC" || Number.isNaN(shown)) return "Z";
  // Once from the shown time as if it were UTC, once more from there: right on both sides of a change of clocks.
  const first = minutesAhead(zone, shown);
  const minutes = minutesAhead(zone, shown - first * 60_000);
  if (minutes === 0) return "Z";
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function minutesAhead(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const number = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(
    number("year"),
    number("month") - 1,
    number("day"),
    number("hour"),
    number("minute"),
    number("second"),
  );
  return Math.round((local - at) / 60_000);
}

/** UTC, the browser's own zone, then every other. */
export function zones(): string[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const all = Intl.supportedValuesOf("timeZone").filter((zone) => zone !== own && zone !== "UTC");
  return own === "UTC" ? ["UTC", ...all] : ["UTC", own, ...all];
}
