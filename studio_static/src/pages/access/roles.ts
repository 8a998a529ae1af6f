/** The roles in words, the least first. Each may do what the one before it may, and more. */
import type { Role } from "../../api/schema";

export const ROLES: readonly { value: Role; description: string }[] = [
  { value: "viewer", description: "Looks: workflows, drafts, executions with their data." },
  { value: "operator", description: "Also starts, stops, redrives, answers tasks, pauses and resumes." },
  { value: "editor", description: "Also edits drafts, and tests them with mocks." },
  { value: "publisher", description: "Also publishes, rolls back, archives, and tests with real calls." },
  {
    value: "admin",
    description: "Also sets secrets, gives access, erases, reveals sensitive fields, and reads the audit log.",
  },
];

export const ENDS: readonly { value: string; label: string }[] = [
  { value: "7d", label: "In 7 days" },
  { value: "30d", label: "In 30 days" },
  { value: "90d", label: "In 90 days" },
  { value: "365d", label: "In a year" },
  { value: "", label: "When it is revoked" },
];
