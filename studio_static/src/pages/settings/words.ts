/** Sizes and terms in words. Pure. */
import type { Budgets, Folder, Setting } from "../../api/schema";

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

/** No days are none: nothing can be redriven for ever. */
export function redrivableWords(days: number): string {
  return days === 0 ? "not at all" : daysWords(days);
}

export function growthWords(bytes: number | null): string {
  return bytes === null ? "known in a day or two" : sizeWords(bytes);
}

/** How long the disk lasts at this growth. */
export function leftWords(folder: Pick<Folder, "days_left" | "bytes_a_day">): string {
  if (folder.days_left === null) return folder.bytes_a_day === null ? "known in a day or two" : "it does not grow";
  const days = Math.floor(folder.days_left);
  return days >= 3650 ? "more than ten years" : `${days} more ${days === 1 ? "day" : "days"}`;
}

/** Below so many days somebody has to do something. */
const FEW_DAYS = 7;

/** What is to be said of a disk that is full, or soon will be; null while there is room. */
export function fullWords(folder: Pick<Folder, "days_left" | "disk_free_bytes" | "reserve_bytes">): {
  type: "error" | "warning";
  text: string;
} | null {
  const { days_left: days, disk_free_bytes: free, reserve_bytes: kept } = folder;
  if (free < kept) {
    return {
      type: "error",
      text: `Starts are refused: ${sizeWords(free)} are free on the disk, and ${sizeWords(kept)} are kept free.`,
    };
  }
  if (days === null || days >= FEW_DAYS) return null;
  return { type: "warning", text: `The disk has room for ${plainDays(Math.floor(days))}. Then starts are refused.` };
}

export const GROUPS: readonly { id: Setting["group"]; title: string; description: string }[] = [
  { id: "retention", title: "Retention", description: "Where a workflow says nothing else." },
  { id: "alerts", title: "Alerts", description: "Whom an alert tells of a workflow that names none." },
  { id: "reach", title: "What calls may reach", description: "Public hosts need no entry." },
  { id: "publishing", title: "Publishing", description: "Who may publish what." },
  { id: "copilot", title: "Copilot", description: "Who drafts from a sentence." },
  { id: "work", title: "Work", description: "How much a worker does at once, and the largest input." },
];

const TITLES: Readonly<Record<string, string>> = {
  AUTOMATE_RETENTION_DAYS: "Executions are kept",
  AUTOMATE_REDRIVE_DAYS: "Can be redriven",
  AUTOMATE_AUDIT_DAYS: "Audit entries are kept",
  AUTOMATE_DELIVERY_DAYS: "Deliveries are remembered",
  AUTOMATE_DISK_RESERVE_MB: "Kept free of the disk",
  AUTOMATE_ALERT_WORKFLOW: "Workflow that is started",
  AUTOMATE_ALERT_WEBHOOK: "Address that is called",
  AUTOMATE_ALERT_TOPIC: "SNS topic that is told",
  AUTOMATE_ALERT_TOPICS: "SNS topics that workflows may name",
  AUTOMATE_ALERT_COMMAND: "Program that is run",
  AUTOMATE_ALERT_COMMANDS: "Programs that workflows may name",
  AUTOMATE_EGRESS_ALLOW: "Hosts that are not public",
  AUTOMATE_EGRESS_PROXY: "Proxy that leads to public hosts",
  AUTOMATE_FILE_ROOTS: "Folders of this machine",
  AUTOMATE_AWS_PROFILE: "AWS profile",
  AUTOMATE_AWS_REGION: "AWS region",
  AUTOMATE_FOUR_EYES: "Somebody else publishes a draft",
  AUTOMATE_COPILOT_PROVIDER: "Provider",
  AUTOMATE_COPILOT_MODEL: "Model",
  EXECUTION_BATCH_SIZE: "Executions that a worker takes at once",
  AUTOMATE_TASK_THREADS: "Calls that a worker makes at once",
  AUTOMATE_MAX_INPUT_BYTES: "Largest input",
};

/** What a setting is about; of one that is not known, its name. */
export const titleOf = (name: string) => TITLES[name] ?? name;

/** 0 days of these are for ever. */
const FOR_EVER = new Set(["AUTOMATE_RETENTION_DAYS", "AUTOMATE_AUDIT_DAYS"]);

/** The value as people say it. */
export function valueWords({ name, value }: Pick<Setting, "name" | "value">): string {
  if (value === "") return "none";
  if (value === "0" && FOR_EVER.has(name)) return "for ever";
  if (name.endsWith("_DAYS")) return plainDays(Number(value));
  if (name.endsWith("_MB")) return sizeWords(Number(value) * 1_000_000);
  if (name.endsWith("_BYTES")) return sizeWords(Number(value));
  if (name === "AUTOMATE_FOUR_EYES") return value === "1" ? "yes" : "no";
  return value;
}

const plainDays = (days: number) => `${days} ${days === 1 ? "day" : "days"}`;

export const ownDaysWords = (days: number | null) => (days === null ? "as set" : plainDays(days));

export function budgetWords(budgets: Budgets | null): string {
  if (budgets === null) return "none";
  const { executions_per_minute: starts, open_executions: open, when_exceeded: then } = budgets;
  const parts = [
    ...(starts ? [`${starts} starts a minute`] : []),
    ...(open ? [`${open} open`] : []),
    then === "refuse" ? "others are refused" : "others wait",
  ];
  return parts.join(", ");
}

export const alertWords = (alerts: readonly string[] | null) =>
  alerts === null ? "as set" : alerts.length === 0 ? "nobody hears" : alerts.join(", ");
