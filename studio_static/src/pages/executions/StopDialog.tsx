/** Stopping: one, those that are selected, or all of a workflow. A reason is asked for: it is shown with each of them. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { Execution, StoppedMany } from "../../api/schema";
import { notify } from "../../app/flash";
import { Dialog } from "../../ui/Dialog";
import { everyPage } from "./everyPage";

const ERROR = "Stopped";

type Stoppable = Pick<Execution, "id" | "name" | "workflow">;

interface StopDialogProps {
  /** Those to stop; none: all that run of `workflow`. */
  executions: readonly Stoppable[];
  workflow: string;
  onClose: () => void;
  onDone: () => void;
}

export function StopDialog({ executions, workflow, onClose, onDone }: StopDialogProps) {
  const [reason, setReason] = useState("");
  const count = executions.length;
  const only = count === 1 ? executions[0]?.name : undefined;
  const stop = async () => {
    const stopped = count > 0 ? await stopEach(executions, reason) : await stopAll(workflow, reason);
    notify({ type: "success", content: `${only ?? stopped} ${stopped === 1 ? "was" : "were"} asked to stop.` });
    onDone();
  };
  const what = only ?? (count === 0 ? `everything that runs of ${workflow}` : `${count} executions`);
  return (
    <Dialog title={`Stop ${what}?`} act="Stop" onAct={stop} onClose={onClose}>
      {count > 1 && (
        <ul className="ex-listed">
          {executions.slice(0, 8).map((each) => (
            <li key={each.id}>{`${each.workflow}: ${each.name}`}</li>
          ))}
          {count > 8 && <li>{`and ${count - 8} more`}</li>}
        </ul>
      )}
      <p className="ex-plain">What is under way is not undone. An execution that was stopped can be run again.</p>
      <Reason value={reason} onChange={setReason} />
    </Dialog>
  );
}

function Reason({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <FormField label="Reason" description="Shown with the execution and in the audit log.">
      <Input
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
        placeholder="Started with a wrong price list"
      />
    </FormField>
  );
}

const asked = (reason: string) => ({ error: ERROR, cause: reason.trim() || null });

async function stopEach(executions: readonly Stoppable[], reason: string): Promise<number> {
  for (const each of executions) await post(path("/executions/{}/stop", each.id), asked(reason));
  return executions.length;
}

async function stopAll(workflow: string, reason: string): Promise<number> {
  let count = 0;
  await everyPage<StoppedMany>(path("/workflows/{}/stop", workflow), asked(reason), {
    onPage: (page) => {
      count += page.stopped.length;
    },
  });
  return count;
}
