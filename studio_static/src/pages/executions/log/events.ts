/** The events of a history as AWS's GetExecutionHistory gives them: their names, details and a line about each. Pure. */
import { holdsWords } from "../../../ui/search";
import { formatDuration } from "../../../ui/time";

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly [details: string]: unknown;
}

type Details = Readonly<Record<string, unknown>>;

/** `taskFailedEventDetails` and the like. */
export function detailsOf(event: HistoryEvent): Details {
  const found = Object.entries(event).find(([name]) => name.endsWith("EventDetails"))?.[1];
  return typeof found === "object" && found !== null ? (found as Details) : {};
}

export type EventTone = "bad" | "warn" | "ok" | "plain";

export function toneOf(type: string): EventTone {
  if (/Failed$/.test(type)) return "bad";
  if (/TimedOut$|Aborted$/.test(type)) return "warn";
  if (/Succeeded$/.test(type)) return "ok";
  return "plain";
}

const text = (value: unknown) => (typeof value === "string" ? value : null);

/** The state that an event names, where it does. */
export function stateOf(event: HistoryEvent): string | null {
  const details = detailsOf(event);
  return text(details.name) ?? text(details.state);
}

/** What is worth knowing of it in a line. */
export function lineOf(event: HistoryEvent): string {
  const details = detailsOf(event);
  const name = stateOf(event);
  const parts: string[] = [];
  if (name) parts.push(typeof details.index === "number" ? `${name}, index ${details.index}` : name);
  const resource = [text(details.resourceType), text(details.resource)].filter(Boolean).join(":");
  if (resource) parts.push(resource);
  if (typeof details.length === "number") parts.push(`${details.length} items`);
  const error = text(details.error);
  if (error) parts.push(error);
  if (typeof details.redriveCount === "number") parts.push(`redrive ${details.redriveCount}`);
  const run = text(details.mapRunArn);
  if (run) parts.push(run.split("/").at(-1) ?? run);
  return parts.join(" · ");
}

/** Texts that are JSON, as the values they are; AWS sends inputs and outputs as text. */
export function unfolded(event: HistoryEvent): unknown {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) =>
      name.endsWith("EventDetails") && typeof value === "object" && value !== null
        ? [name, Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, parsed(inner)]))]
        : [name, value],
    ),
  );
}

/** A text that is a JSON object or array, as that; everything else as it is. */
export function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export const isoOf = (event: HistoryEvent) => new Date(event.timestamp * 1000).toISOString();

/** Since the execution began: "+1.24 s". */
export function sinceStart(event: HistoryEvent, startedAt: string | null): string {
  if (startedAt === null) return "";
  return `+${formatDuration(Math.max(0, event.timestamp - Date.parse(startedAt) / 1000))}`;
}

export type EventFilter = "" | "states" | "tasks" | "failures";

export const EVENT_FILTERS: readonly { value: EventFilter; label: string }[] = [
  { value: "", label: "All events" },
  { value: "states", label: "States entered and left" },
  { value: "tasks", label: "Tasks" },
  { value: "failures", label: "Failures" },
];

/** Whether an event passes the filter and holds every word, in its type or its line. */
export function matches(event: HistoryEvent, filter: string, words: string): boolean {
  if (filter === "states" && !/State(Entered|Exited)$/.test(event.type)) return false;
  if (filter === "tasks" && !/^(Task|LambdaFunction|Activity)/.test(event.type)) return false;
  if (filter === "failures" && !["bad", "warn"].includes(toneOf(event.type))) return false;
  return holdsWords([`${event.id} ${event.type} ${lineOf(event)}`], words);
}
