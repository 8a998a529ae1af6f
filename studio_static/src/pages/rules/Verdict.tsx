/** True, false, an error: a mark and a word, in a rule's tree and in lists. */
import type { ReactNode } from "react";
import { MarkShape } from "../../ui/StatusMark";
import type { Mark } from "../../ui/status";

export type VerdictKind = "yes" | "no" | "error" | "idle";

const MARKS: Readonly<Record<VerdictKind, Mark>> = { yes: "check", no: "cross", error: "caught", idle: "dots" };

/** What a verdict colours. */
export const TONES = { yes: "ok", no: "bad", error: "bad", idle: "idle" } as const;

export function Verdict({ kind, children }: { kind: VerdictKind; children: ReactNode }) {
  return (
    <span className={`rt-verdict inline-row strong nowrap tone-${TONES[kind]}`}>
      <MarkShape mark={MARKS[kind]} size={14} />
      <span>{children}</span>
    </span>
  );
}
