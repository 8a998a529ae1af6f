/** Times and durations in words. Pure: the clock that is chosen comes in. */
import type { Clock } from "../app/preferences";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (value: number) => String(value).padStart(2, "0");

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}

function parts(at: Date, clock: Clock): Parts {
  return clock === "utc"
    ? {
        year: at.getUTCFullYear(),
        month: at.getUTCMonth(),
        day: at.getUTCDate(),
        hour: at.getUTCHours(),
        minute: at.getUTCMinutes(),
        second: at.getUTCSeconds(),
        ms: at.getUTCMilliseconds(),
      }
    : {
        year: at.getFullYear(),
        month: at.getMonth(),
        day: at.getDate(),
        hour: at.getHours(),
        minute: at.getMinutes(),
        second: at.getSeconds(),
        ms: at.getMilliseconds(),
      };
}

/** "UTC", or the offset of local time at that moment: "UTC+02:00". */
export function zone(at: Date, clock: Clock): string {
  if (clock === "utc") return "UTC";
  const offset = -at.getTimezoneOffset();
  if (offset === 0) return "UTC";
  const size = Math.abs(offset);
  return `UTC${offset > 0 ? "+" : "−"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

export type TimeFormat = "full" | "table" | "clock" | "clock-ms" | "date";

/** `full` "24 Nov 2026, 14:12:00 UTC" · `table` "2026-11-24 14:12:00" · `clock` "14:12:00" · `clock-ms` · `date`. */
export function formatTime(iso: string, clock: Clock, format: TimeFormat = "full"): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const { year, month, day, hour, minute, second, ms } = parts(at, clock);
  const time = `${two(hour)}:${two(minute)}:${two(second)}`;
  switch (format) {
    case "full":
      return `${day} ${MONTHS[month]} ${year}, ${time} ${zone(at, clock)}`;
    case "table":
      return `${year}-${two(month + 1)}-${two(day)} ${time}`;
    case "clock":
      return time;
    case "clock-ms":
      return `${time}.${String(ms).padStart(3, "0")}`;
    case "date":
      return `${day} ${MONTHS[month]} ${year}`;
  }
}

/** "just now", "12 s ago", "5 min ago", "3 h ago", "2 d ago", then the date. */
export function formatAgo(iso: string, now: number, clock: Clock): string {
  const seconds = Math.round((now - new Date(iso).getTime()) / 1000);
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 0) return formatTime(iso, clock, "table");
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return formatTime(iso, clock, "date");
}

/** "in 12 s", "in 5 min", "in 3 h", "in 2 d": what is still to come, rounded down; "now" for what is due. */
export function formatIn(iso: string, now: number): string {
  const seconds = Math.floor((new Date(iso).getTime() - now) / 1000);
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 1) return "now";
  if (seconds < 60) return `in ${seconds} s`;
  if (seconds < 3600) return `in ${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `in ${Math.floor(seconds / 3600)} h`;
  return `in ${Math.floor(seconds / 86_400)} d`;
}

/** Seconds in words: "4 ms", "900 ms", "8.8 s", "2 min 5 s", "1 h 3 min", "2 d 4 h". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.995) return `${trimmed(seconds.toFixed(2))} s`;
  if (seconds < 59.95) return `${trimmed(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86_400) return pair(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  return pair(Math.floor(whole / 86_400), "d", Math.floor((whole % 86_400) / 3600), "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Bytes in words: "812 B", "4.2 KB", "1.3 MB". Thousands of 1,024, as the language's limits count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${trimmed((bytes / 1024).toFixed(1))} KB`;
  return `${trimmed((bytes / 1024 / 1024).toFixed(1))} MB`;
}
