/** Drafts and mends with the copilot. */
import type { CopilotSlot } from "../slots";

export default function CopilotCard({ workflow }: CopilotSlot) {
  return <p className="dz-quiet">{`Copilot for ${workflow}`}</p>;
}
