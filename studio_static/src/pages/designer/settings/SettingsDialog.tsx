/** What belongs to the workflow as a whole. */
import { Dialog } from "../../../ui/Dialog";

export default function SettingsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Workflow settings" act="Done" onAct={async () => onClose()} onClose={onClose}>
      {null}
    </Dialog>
  );
}
