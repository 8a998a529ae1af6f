/** The plan of a change of version in words. Pure. */
import type { ForwardFinding, ForwardPlan } from "../../../api/schema";

/** Findings that say the same, of how many executions. */
export interface Reason {
  readonly kind: "against" | "doubt" | "changed" | "note";
  readonly place: string;
  readonly message: string;
  readonly count: number;
}

const KINDS = [
  ["refusals", "against"],
  ["doubts", "doubt"],
  ["changed", "changed"],
  ["notes", "note"],
] as const;

/** What the plans say, the gravest first; what many say alike stands once. */
export function reasonsOf(plans: readonly ForwardPlan[]): Reason[] {
  const found = new Map<string, Reason>();
  const add = (kind: Reason["kind"], { place, message }: Pick<ForwardFinding, "place" | "message">) => {
    const key = `${kind}\n${place}\n${message}`;
    found.set(key, { kind, place, message, count: (found.get(key)?.count ?? 0) + 1 });
  };
  for (const [field, kind] of KINDS) {
    for (const plan of plans) {
      if (kind === "against" && plan.message) add(kind, { place: "", message: plan.message });
      for (const finding of plan[field] ?? []) add(kind, finding);
    }
  }
  return [...found.values()];
}

/** The state that a pointer lies in, the innermost one; null for none. */
export function stateAt(pointer: string): string | null {
  const parts = pointer.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const at = parts.lastIndexOf("States");
  return at === -1 ? null : (parts[at + 1] ?? null);
}

/** "It fits.", "48 of 50 fit, 3 of them with doubts." */
export function verdictWords(plans: readonly ForwardPlan[]): string {
  const fitting = plans.filter((plan) => plan.fits);
  const doubtful = fitting.filter(isDoubtful).length;
  if (plans.length === 1) {
    if (fitting.length === 0) return "It does not fit.";
    return doubtful > 0 ? "It fits, with doubts." : "It fits.";
  }
  return `${fitting.length} of ${plans.length} fit${doubtful > 0 ? `, ${doubtful} of them with doubts` : ""}.`;
}

export function isDoubtful(plan: ForwardPlan): boolean {
  return (plan.doubts ?? []).length > 0;
}

/** How many go on, where doubts are accepted or not. */
export function going(plans: readonly ForwardPlan[], accept: boolean): number {
  return plans.filter((plan) => plan.fits && (accept || !isDoubtful(plan))).length;
}
