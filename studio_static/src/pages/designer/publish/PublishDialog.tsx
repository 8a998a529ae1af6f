/** Makes the draft the next active version. */
import { Dialog } from "../../../ui/Dialog";
import type { PublishSlot } from "../slots";

export default function PublishDialog({ workflow, onClose }: PublishSlot) {
  return (
    <Dialog title={`Publish ${workflow}`} act="Publish" onAct={async () => onClose()} onClose={onClose}>
      {null}
    </Dialog>
  );
}
