/** What a fork may be given at an event. Pure. */
import { tooLarge } from "../../../ui/json";
import { detailsOf, type HistoryEvent } from "../log/events";

const isGivenOne = ({ type }: HistoryEvent) => type.endsWith("StateEntered") || type === "ExecutionStarted";

export const isInputTooLarge = (event: HistoryEvent) => isGivenOne(event) && tooLarge(detailsOf(event).input) !== null;

/** The input that is given there, as text: of the state that the event enters, or of the execution. Null: none is, or it
 * is too large to be shown. */
export function inputAt(event: HistoryEvent): string | null {
  if (!isGivenOne(event)) return null;
  const { input } = detailsOf(event);
  if (typeof input !== "string") return null;
  try {
    return JSON.stringify(JSON.parse(input), null, 2);
  } catch {
    return null;
  }
}

/** "Charge, Notify" as names. */
export function namesIn(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
