/** That fields of an execution are hidden, and how they are shown: with the right, and for a reason that is recorded. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { get, path } from "../../api/client";
import { hide, reveal, useReason } from "../../api/revealing";
import type { Execution } from "../../api/schema";
import { ActButton } from "../../ui/ActButton";
import { Dialog } from "../../ui/Dialog";

const SHORTEST_REASON = 3;
const LONGEST_REASON = 500;

export function Hidden({ execution }: { execution: Execution }) {
  const reason = useReason(execution.id);
  const [isAsking, setAsking] = useState(false);
  if (reason !== undefined) {
    return (
      <Alert
        type="warning"
        header="Sensitive fields are shown"
        action={<Button onClick={() => hide(execution.id)}>Hide again</Button>}
      >
        {`For the reason: ${reason}. The audit log has it.`}
      </Alert>
    );
  }
  if (!execution.hidden) return null;
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
      {isAsking && <RevealDialog id={execution.id} onClose={() => setAsking(false)} />}
    </>
  );
}

function RevealDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const given = reason.trim().replace(/\s+/g, " ");
  const show = async () => {
    reveal(id, given);
    try {
      await get<Execution>(path("/executions/{}", id));
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
      <p className="ex-plain">
        All of this execution's values are shown, until this page is loaded anew or you hide them again.
      </p>
      <FormField label="Reason" description="The audit log keeps it, with your name and what you look at.">
        <Input
          value={reason}
          onChange={({ detail }) => setReason(detail.value)}
          placeholder="Ticket 4711: the customer asks"
          autoFocus
        />
      </FormField>
    </Dialog>
  );
}
