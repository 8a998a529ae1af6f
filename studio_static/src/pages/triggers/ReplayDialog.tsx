/** Deliver once more what arrived then: asked before, for it starts the workflow again. */
import { path, post } from "../../api/client";
import type { Delivered, Delivery } from "../../api/schema";
import { notify } from "../../app/flash";
import { Dialog } from "../../ui/Dialog";
import { statusLook } from "../../ui/status";
import { Time } from "../../ui/Time";
import { nameIn } from "./words";

interface ReplayDialogProps {
  delivery: Delivery;
  onClose: () => void;
  /** With the id of the new delivery. */
  onDone: (id: string) => void;
}

export function ReplayDialog({ delivery, onClose, onDone }: ReplayDialogProps) {
  const replay = async () => {
    const done = await post<Delivered>(path("/deliveries/{}/replay", delivery.id));
    notify(
      done.outcome === "STARTED"
        ? { type: "success", content: `It is delivered again, and started ${nameIn(done.execution ?? done.delivery)}.` }
        : {
            type: "warning",
            header: `It is delivered again, and started nothing: ${statusLook(done.outcome).word.toLowerCase()}`,
            content: done.why ?? "",
          },
    );
    onDone(done.delivery);
  };
  return (
    <Dialog title="Replay this delivery?" act="Replay" onAct={replay} onClose={onClose}>
      <p className="ex-plain">
        What arrived at <Time at={delivery.arrived_at} /> is delivered once more, under a key of its own, to the active
        version of {delivery.workflow}.{" "}
        {delivery.outcome === "STARTED"
          ? "It started an execution then; where it matches, it starts another one now."
          : "It started nothing then; where it matches now, it starts an execution."}
      </p>
    </Dialog>
  );
}
