/** The mark beside a severity's colour. */
import type { Severity } from "./problems";

const SIGNS = { error: "✕", warning: "!", advice: "i", todo: "?" } as const satisfies Record<Severity | "todo", string>;

export function Sign({ of }: { of: keyof typeof SIGNS }) {
  return (
    <span className="dz-sign inline-row firm strong" aria-hidden="true">
      {SIGNS[of]}
    </span>
  );
}
