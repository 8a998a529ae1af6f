/** Triggers as engine/catalog/triggers.py has them; schedules in EventBridge Scheduler's words. */
import type { JsonObject } from "../../../asl/types";
import type { TriggerType } from "../../../facts";

export const TRIGGER_NAMES: Readonly<Record<TriggerType, string>> = {
  schedule: "Schedule",
  webhook: "Webhook",
  queue: "Queue",
  event: "Event",
  workflow_end: "Another workflow's end",
  form: "Form",
  folder: "Folder",
  s3: "S3 object",
};

export const UNITS = ["minute", "hour", "day"] as const;

const RATE = /^rate\(([1-9]\d{0,5}) (minute|hour|day)s?\)$/;
const CRON = /^cron\(\S+( \S+){5}\)$/;
const AT = /^at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)$/;

/** `rate(5 minutes)` → 5 minutes; null for any other text. */
export function rateOf(expression: string): { count: number; unit: string } | null {
  const [, count, unit] = RATE.exec(expression) ?? [];
  return count === undefined || unit === undefined ? null : { count: Number(count), unit };
}

export function rateText(count: number, unit: string): string {
  const whole = Math.min(999_999, Math.max(1, Math.round(count)));
  return `rate(${whole} ${unit}${whole === 1 ? "" : "s"})`;
}

export const isSchedule = (expression: string): boolean => [RATE, CRON, AT].some((form) => form.test(expression));

export function newTrigger(type: TriggerType): JsonObject {
  switch (type) {
    case "schedule":
      return { type, expression: "rate(1 day)", timezone: "UTC" };
    case "webhook":
      return { type, path: "new-hook" };
    case "queue":
      return { type, queue: "new-queue" };
    case "event":
      return { type, pattern: { source: ["my.app"] } };
    case "folder":
      return { type, folder: "incoming", pattern: "*" };
    case "form":
      return { type };
    case "workflow_end":
      return { type, workflow: "*", statuses: ["FAILED", "TIMED_OUT"] };
    case "s3":
      return { type, bucket: "new-bucket" };
  }
}
