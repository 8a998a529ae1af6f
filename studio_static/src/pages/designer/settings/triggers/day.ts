/** The deliveries of the last day, in words. Pure. */
import type { Delivery } from "../../../../api/schema";

const DAY_MS = 86_400_000;

type Row = Pick<Delivery, "arrived_at" | "outcome">;

export function ofLastDay<T extends Row>(deliveries: readonly T[], now: number): T[] {
  return deliveries.filter(({ arrived_at: at }) => at !== null && now - Date.parse(at) < DAY_MS);
}

/** "3 started, 1 refused"; "nothing". `isMore`: there are more than were counted. */
export function dayWords(rows: readonly Row[], isMore: boolean): string {
  if (rows.length === 0) return "nothing";
  const kinds = [
    ["STARTED", "started"],
    ["NOT_MATCHED", "not matched"],
    ["REFUSED", "refused"],
  ] as const;
  const counted = kinds
    .map(([outcome, word]) => [rows.filter((row) => row.outcome === outcome).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`);
  return counted.join(", ") + (isMore ? ", and more" : "");
}
