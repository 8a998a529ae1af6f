/** Steps for the tests of pages/executions. */
import type { Step } from "../../api/schema";

const at = (second: number) => new Date(Date.UTC(2026, 10, 24, 14, 0, 0) + second * 1000).toISOString();

type Short = Partial<Omit<Step, "entered_at" | "exited_at">> & { from?: number; to?: number | null };

let events = 0;

/** A step of the shape of the API; times are seconds since 14:00:00. */
export function step(id: string, { from = 0, to = 1, ...more }: Short = {}): Step {
  events += 2;
  const name = id.split(":").at(-1)?.split("#")[0] ?? id;
  return {
    id,
    path: name,
    name,
    type: "Task",
    resource: null,
    parent: null,
    branch: null,
    item: null,
    visit: 1,
    status: "SUCCEEDED",
    entered_at: at(from),
    exited_at: to === null ? null : at(to),
    attempts: [],
    waits: [],
    next: null,
    caught: null,
    error: null,
    first_event: events,
    last_event: events + 1,
    map_run: null,
    ...more,
  };
}

export function mapOf(items: number, failed: readonly number[] = []): Step[] {
  return [
    step("Each#1", {
      type: "Map",
      status: failed.length > 0 ? "FAILED" : "SUCCEEDED",
      error: failed.length > 0 ? "E" : null,
    }),
    ...Array.from({ length: items }, (_, item) =>
      step(`Each#1:${item}:Work#1`, {
        parent: "Each#1",
        item,
        status: failed.includes(item) ? "FAILED" : "SUCCEEDED",
        error: failed.includes(item) ? "E" : null,
      }),
    ),
  ];
}

export const moment = at;
