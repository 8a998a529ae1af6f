/** Sizes and terms in words. Pure. */
import type { Folder } from "../../api/schema";

export function sizeWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [Math.abs(bytes), 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  const shown = unit === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1));
  return `${bytes < 0 ? "−" : ""}${shown} ${units[unit]}`;
}

export function daysWords(days: number): string {
  return days === 0 ? "for ever" : `for ${days} ${days === 1 ? "day" : "days"} after their end`;
}

export function growthWords(bytes: number | null): string {
  return bytes === null ? "known tomorrow" : sizeWords(bytes);
}

/** How long the disk lasts at this growth. */
export function leftWords(folder: Pick<Folder, "days_left" | "bytes_a_day">): string {
  if (folder.days_left === null) return folder.bytes_a_day === null ? "known tomorrow" : "it does not grow";
  const days = Math.floor(folder.days_left);
  return days >= 3650 ? "more than ten years" : `${days} more ${days === 1 ? "day" : "days"}`;
}
