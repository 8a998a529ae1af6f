import type { Severity } from "./problems";

/** The mark beside a severity's colour. */
export const SIGNS: Readonly<Record<Severity, string>> = { error: "✕", warning: "!", advice: "i" };
