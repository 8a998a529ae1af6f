/** The name: executions, triggers and the audit log know the workflow by it, so another name is another workflow. */
import { useState } from "react";
import type { Workflow, WorkflowList } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { DuplicateDialog } from "../../workflows/dialogs";
import { AddButton, Field } from "../forms/controls";
import { saveNow } from "../store";

export function Name({ workflow }: { workflow: string }) {
  const list = useApi<WorkflowList>("/workflows");
  const [copied, setCopied] = useState<Workflow | null>(null);
  const row = list.data?.workflows.find((each) => each.name === workflow) ?? null;
  const copy = async (): Promise<void> => {
    if (await saveNow()) setCopied(row);
  };
  return (
    <>
      <Field
        label="Name"
        hint="Runs, triggers and the audit log know it by its name, so it stays. A copy gets one of its own."
      >
        {(ties) => (
          <div className="dz-row">
            <input {...ties} className="dz-input" readOnly value={workflow} />
            <AddButton disabled={row === null} onClick={() => void copy()}>
              Copy under another name
            </AddButton>
          </div>
        )}
      </Field>
      {copied !== null && (
        <DuplicateDialog
          workflow={copied}
          taken={(list.data?.workflows ?? []).map((each) => each.name)}
          onClose={() => setCopied(null)}
        />
      )}
    </>
  );
}
