/** Triggers as engine/catalog/triggers.py has them; schedules in EventBridge Scheduler's words. */
import { isObject, own } from "../../../../asl/pointer";
import type { Json, JsonObject } from "../../../../asl/types";
import type { TriggerType } from "../../../../facts";

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

/** A trigger to begin with. Who may call a webhook is left open: whoever writes it chooses. */
export function newTrigger(type: TriggerType, others: readonly Json[]): JsonObject {
  const name = freeName(type, others);
  const named: JsonObject = name === type ? { type } : { type, name };
  switch (type) {
    case "schedule":
      return { ...named, expression: "rate(1 day)", timezone: "UTC" };
    case "webhook":
      return { ...named, path: name === type ? "new-hook" : `new-${name}` };
    case "queue":
      return { ...named, queue: "new-queue" };
    case "event":
      return { ...named, pattern: { source: ["my.app"] } };
    case "workflow_end":
      return { ...named, workflow: "*", statuses: ["FAILED", "TIMED_OUT"] };
    case "folder":
      return { ...named, folder: "incoming", pattern: "*" };
    case "s3":
      return { ...named, bucket: "new-bucket" };
    default:
      return named;
  }
}

/** What a trigger is called: its type, where it has no name of its own. */
export function nameOf(trigger: Json): string {
  const given = isObject(trigger) ? (own(trigger, "name") ?? own(trigger, "type")) : undefined;
  return typeof given === "string" ? given : "";
}

/** The first of "webhook", "webhook-2", … that none of the others is called. */
function freeName(type: string, others: readonly Json[]): string {
  const taken = new Set(others.map(nameOf));
  let name = type;
  for (let number = 2; taken.has(name); number += 1) name = `${type}-${number}`;
  return name;
}

export const STYLES: readonly { value: string; label: string }[] = [
  { value: "github", label: "GitHub's signature" },
  { value: "shopify", label: "Shopify's signature" },
  { value: "slack", label: "Slack's signature" },
  { value: "stripe", label: "Stripe's signature" },
  { value: "standard-webhooks", label: "Standard Webhooks' signature" },
  { value: "hmac", label: "Another HMAC signature of the body" },
  { value: "none", label: "None: whoever knows the address may start it" },
];

const SIGN_A_TIME = new Set(["slack", "stripe", "standard-webhooks"]);

/** Whether a time is signed with the body, so that there is a tolerance. */
export function hasTimestamp(auth: JsonObject): boolean {
  return SIGN_A_TIME.has(String(own(auth, "style"))) || own(auth, "timestamp_header") !== undefined;
}

/** The auth in another style: with its secrets, and without what that style has no use for. */
export function withStyle(auth: JsonObject, style: string): JsonObject {
  if (style === "none") return { style };
  const secrets = own(auth, "secrets");
  const next: JsonObject = { style, secrets: Array.isArray(secrets) ? secrets : [] };
  if (style === "hmac") return { ...next, header: "X-Signature" };
  const tolerance = own(auth, "tolerance_seconds");
  return tolerance !== undefined && SIGN_A_TIME.has(style) ? { ...next, tolerance_seconds: tolerance } : next;
}

/** The keys of the secrets that an auth names; "" for one that is none. */
export function secretKeysOf(auth: JsonObject): string[] {
  const secrets = own(auth, "secrets");
  return (Array.isArray(secrets) ? secrets : []).map((each) => {
    const key = isObject(each) ? own(each, "$secret") : undefined;
    return typeof key === "string" ? key : "";
  });
}

export type WhenKind = "always" | "jsonata" | "rule";

export function whenKind(when: Json | undefined): WhenKind {
  if (when === undefined || when === null) return "always";
  return isObject(when) ? "rule" : "jsonata";
}

/** "{% $x > 1 %}" → "$x > 1"; a text without braces as it is. */
export const withoutBraces = (text: string): string => /^\{%\s?([\s\S]*?)\s?%\}$/.exec(text)?.[1] ?? text;
