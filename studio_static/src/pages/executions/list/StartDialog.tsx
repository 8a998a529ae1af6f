/** Start an execution: of which workflow, with what, under which name. Past inputs are at hand. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { path, post } from "../../../api/client";
import type { Execution, PastInputs, WorkflowList } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { go } from "../../../app/links";
import type { Json } from "../../../asl";
import { Dialog } from "../../../ui/Dialog";
import { InputField } from "../InputField";

interface StartDialogProps {
  workflow: string;
  /** The active version, where it is no question which workflow is started. */
  version?: number;
  input?: Json;
  onClose: () => void;
}

export function StartDialog({ workflow, version, input = {}, onClose }: StartDialogProps) {
  const isFixed = version !== undefined;
  const workflows = useApi<WorkflowList>(isFixed ? null : "/workflows");
  const names = (workflows.data?.workflows ?? [])
    .filter((each) => each.active_version !== null)
    .map(({ name }) => ({ value: name, label: name }));
  const [chosen, setChosen] = useState(workflow);
  const [text, setText] = useState(() => JSON.stringify(input, null, 2));
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const past = useApi<PastInputs>(chosen ? `${path("/workflows/{}/inputs", chosen)}?limit=10` : null);
  const inputs = past.data?.inputs ?? [];
  const start = async () => {
    const started = await post<Execution>(path("/workflows/{}/executions", chosen), {
      input: JSON.parse(text),
      ...(name.trim() ? { name: name.trim() } : {}),
    });
    onClose();
    go(`/executions/${encodeURIComponent(started.id)}`);
  };
  return (
    <Dialog
      title={isFixed ? `Start version ${version} of ${workflow}` : "Start an execution"}
      act="Start"
      size="large"
      onAct={start}
      onClose={onClose}
      disabled={chosen === "" || problem !== null}
    >
      {!isFixed && (
        <FormField label="Workflow" description="Its active version runs.">
          <Select
            selectedOption={chosen ? { value: chosen, label: chosen } : null}
            options={names}
            placeholder="Choose one"
            filteringType="auto"
            filteringAriaLabel="Find a workflow"
            statusType={workflows.loading ? "loading" : "finished"}
            empty="No workflow is published yet"
            onChange={({ detail }) => setChosen(detail.selectedOption.value ?? "")}
          />
        </FormField>
      )}
      <InputField value={text} onChange={setText} onProblem={setProblem} past={inputs} autoFocus={isFixed} />
      <FormField label="Name" description="Unique within the workflow. Left empty, it gets one of its own.">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} placeholder="order-1" spellcheck={false} />
      </FormField>
    </Dialog>
  );
}
