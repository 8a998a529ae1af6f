/** The Rule Tester as a tab of the designer, prefilled with the selected Choice. */
import type { Slot } from "../designer/slots";

export default function RulesTab({ workflow }: Slot) {
  return <p className="dz-quiet">{`Rules of ${workflow}`}</p>;
}
