/** What the engine says of a trigger as a whole, above its fields. */
import type { FieldFault } from "./faults";

export function Said({ error, warning }: FieldFault) {
  if (error === null && warning === null) return null;
  return (
    <div className="dz-field-text">
      {error && <span className="dz-error">{error}</span>}
      {warning && <span className="warn">{warning}</span>}
    </div>
  );
}
