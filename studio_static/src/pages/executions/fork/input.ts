/** What a fork may be given at an event. Pure. */
import { detailsOf, type HistoryEvent } from "../log/events";

/** The input that is given there, as text: of the state that the event enters, or of the execution. Null: none is. */
export function inputAt(event: HistoryEvent): string | null {
  if (!event.type.endsWith("StateEntered") && event.type !== "ExecutionStarted") return null;
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
