/** Triggers in words and pictures. A type that is not known yet is shown by its own name. Pure. */
import type { DeliveryWhole, Trigger } from "../../api/schema";
import type { IconName, Tone } from "../../asl";
import type { TriggerStatus } from "../../ui/status";

interface TypeLook {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

const TYPES: Readonly<Record<string, TypeLook>> = {
  schedule: { word: "Schedule", icon: "wait", tone: "amber" },
  webhook: { word: "Webhook", icon: "http", tone: "blue" },
  queue: { word: "Queue", icon: "queue", tone: "teal" },
  event: { word: "Event", icon: "event", tone: "violet" },
  form: { word: "Form", icon: "log", tone: "blue" },
  workflow_end: { word: "Workflow's end", icon: "workflow", tone: "green" },
  folder: { word: "Folder", icon: "bucket", tone: "amber" },
  s3: { word: "S3 object", icon: "bucket", tone: "teal" },
};

/** How a type of trigger looks: "order_placed" is "Order placed" where it is not known. */
export function typeLook(type: string): TypeLook {
  if (Object.hasOwn(TYPES, type)) return TYPES[type] as TypeLook;
  const words = type.replaceAll("_", " ");
  return { word: words.charAt(0).toUpperCase() + words.slice(1), icon: "unknown", tone: "grey" };
}

/** How a trigger stands, as a status. Switched off in the document counts before a pause, a pause before its end. */
export function standingOf({ enabled, type, paused_at, over }: Stands): TriggerStatus {
  if (!enabled) return "SWITCHED_OFF";
  if (paused_at) return "PAUSED";
  if (!over) return "LISTENING";
  return type === "form" ? "LINKS_CLOSED" : "OVER";
}

type Stands = Pick<Trigger, "enabled" | "type" | "paused_at" | "over">;

/** What whoever pauses or resumes is told; the kinds differ in what becomes of what arrives meanwhile. */
export function pausedWords({ name, type }: Pick<Trigger, "name" | "type">): string {
  if (type === "webhook") return `${name} is paused: it answers 503, so that its sender comes again.`;
  if (type === "schedule") return `${name} is paused: its times are missed times once it is resumed.`;
  return `${name} is paused.`;
}

/** The trigger of "trigger:order_flow/nightly", as the audit log names who started an execution; null for others. */
export function triggerIn(startedBy: string | null | undefined): { workflow: string; trigger: string } | null {
  const [, workflow, trigger] = /^trigger:([^/]+)\/(.+)$/.exec(startedBy ?? "") ?? [];
  return workflow === undefined || trigger === undefined ? null : { workflow, trigger };
}

/** Whether it is an alert that nobody took: it is kept under "alert:NAME", which is no trigger's name. */
export const isGivenUp = (trigger: string): boolean => trigger.startsWith("alert:");

/** How often it arrived again, in words; "" for once. */
export function repeatsWords({ repeats, differed }: Pick<DeliveryWhole, "repeats" | "differed">): string {
  if (repeats === 0) return "";
  const again = `${repeats} more ${repeats === 1 ? "time" : "times"}`;
  if (differed === 0) return again;
  return `${again}, ${differed} with another body`;
}

/** The part of an execution's or a delivery's id behind its workflow. */
export const nameIn = (id: string): string => id.slice(id.indexOf(":") + 1);
