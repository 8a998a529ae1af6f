/** That values are hidden, and how they are shown: with the right, and for a reason that is recorded. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { get } from "../../api/client";
import { hide, reveal, useReason } from "../../api/revealing";
import { ActButton } from "../../ui/ActButton";
import { Dialog } from "../../ui/Dialog";

const SHORTEST_REASON = 3;
const LONGEST_REASON = 500;

interface HiddenProps {
  /** Of the execution, or of the delivery. */
  id: string;
  /** Whether any value is hidden. */
  hidden: boolean;
  /** What is asked for to show them. */
  address: string;
  /** What is shown then: "this execution's values". */
  what: string;
}

export function Hidden({ id, hidden, address, what }: HiddenProps) {
  const reason = useReason(id);
  const [isAsking, setAsking] = useState(false);
  if (reason !== undefined) {
    return (
      <Alert
        type="warning"
        header="Sensitive fields are shown"
        action={<Button onClick={() => hide(id)}>Hide again</Button>}
      >
        {`For the reason: ${reason}. The audit log has it.`}
      </Alert>
    );
  }
  if (!hidden) return null;
  return (
    <>
      <Alert
        type="info"
        header="Sensitive fields are hidden"
        action={
          <ActButton right="reveal" onClick={() => setAsking(true)}>
            Reveal …
          </ActButton>
        }
      >
        ******** stands in their place.
      </Alert>
      {isAsking && <RevealDialog {...{ id, address, what }} onClose={() => setAsking(false)} />}
    </>
  );
}

function RevealDialog({ id, address, what, onClose }: Omit<HiddenProps, "hidden"> & { onClose: () => void }) {
  const [reason, setReason] = useState("");
  const given = reason.trim().replace(/\s+/g, " ");
  const show = async () => {
    reveal(id, given);
    try {
      await get(address);
    } catch (thrown) {
      hide(id);
      throw thrown;
    }
  };
  return (
    <Dialog
      title="Reveal sensitive fields?"
      act="Reveal"
      onAct={show}
      onClose={onClose}
      disabled={given.length < SHORTEST_REASON || given.length > LONGEST_REASON}
    >
      <p className="ex-plain">{`All of ${what} are shown, until this page is loaded anew or you hide them again.`}</p>
      <FormField label="Reason" description="The audit log keeps it, with your name and what you look at.">
        <Input
          value={reason}
          onChange={({ detail }) => setReason(detail.value)}
          placeholder="Ticket 4711: the customer asks"
        />
      </FormField>
    </Dialog>
  );
}
