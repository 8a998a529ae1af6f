/** Problems as marks in a text that is the definition, or one state of it. */

import { within } from "../../../asl/pointer";
import type { StatePointer } from "../../../asl/types";
import type { CodeDiagnostic } from "../../../ui/code/types";
import { scan, spanAt } from "../values/positions";
import type { Problem, Severity } from "./problems";

const SEVERITIES: Readonly<Record<Severity, CodeDiagnostic["severity"]>> = {
  error: "error",
  warning: "warning",
  advice: "info",
};

/** Marks in `text`, which is the state at `base`, or with "" the whole definition; a fault of the JSON itself is one too. */
export function diagnosticsIn(text: string, problems: readonly Problem[], base: StatePointer): CodeDiagnostic[] {
  const { spans, fault } = scan(text);
  if (fault !== null) return [{ from: fault.from, to: fault.to, severity: "error", message: fault.message }];
  return problems.flatMap((problem) => {
    if (!within(problem.pointer, base) && base !== "") return [];
    const span = spanAt(spans, problem.pointer.slice(base.length));
    return span === null ? [] : [{ ...span, severity: SEVERITIES[problem.severity], message: problem.message }];
  });
}
