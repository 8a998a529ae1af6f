/** Runs parts of the draft on real or pinned data. */
import type { Slot } from "../slots";

export default function TestPanel({ workflow }: Slot) {
  return <p className="dz-quiet">{`Tests of ${workflow}`}</p>;
}
