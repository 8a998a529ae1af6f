/** The published versions: who, when, what differs, back to one of them. */
import type { Slot } from "../slots";

export default function VersionsTab({ workflow }: Slot) {
  return <p className="dz-quiet">{`Versions of ${workflow}`}</p>;
}
