/** Fork an execution at one of its events: by which version, with which input, and what may really be called. */
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { path, post } from "../../../api/client";
import type { Execution, ForkRequest, VersionList } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { executionHref, go } from "../../../app/links";
import { useMay } from "../../../app/me";
import { Dialog } from "../../../ui/Dialog";
import { Problem } from "../../../ui/Problem";
import { InputField, problemOf } from "../InputField";
import type { HistoryEvent } from "../log/events";
import { inputAt, isInputTooLarge, namesIn } from "./input";

interface ForkDialogProps {
  execution: Execution;
  event: HistoryEvent;
  onClose: () => void;
}

export default function ForkDialog({ execution, event, onClose }: ForkDialogProps) {
  const original = inputAt(event);
  const versions = useApi<VersionList>(path("/workflows/{}/versions", execution.workflow));
  const [version, setVersion] = useState<number | null>(null);
  const [text, setText] = useState(original ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  const [reads, setReads] = useState(false);
  const [allow, setAllow] = useState("");
  const mayCall = useMay("publish");
  const options = [
    { value: "", label: `Version ${execution.version}, as it ran` },
    ...(versions.data?.versions ?? [])
      .filter((each) => each.version !== execution.version)
      .map((each) => ({ value: String(each.version), label: `Version ${each.version}` })),
  ];
  const run = async () => {
    const asked: ForkRequest = { event: event.id, use_reads: reads, allow: namesIn(allow) };
    if (version !== null) asked.version = version;
    if (original !== null && text !== original) asked.input = JSON.parse(text);
    const fork = await post<Execution>(path("/executions/{}/fork", execution.id), asked);
    onClose();
    go(`${executionHref(fork.id)}?look=compared&tab=beside`);
  };
  return (
    <Dialog
      title={`Fork ${execution.name} at event ${event.id}`}
      act="Fork"
      size="large"
      onAct={run}
      onClose={onClose}
      disabled={original !== null && problem !== null}
    >
      <p className="ex-plain">
        The fork runs apart from this execution, at once: nothing waits, and calls have the answers that they had. What
        the record does not have ends it, and is named.
      </p>
      <FormField label="Version">
        <Select
          ariaLabel="Version"
          selectedOption={options.find(({ value }) => value === String(version ?? "")) ?? options[0] ?? null}
          options={options}
          onChange={({ detail }) =>
            setVersion(detail.selectedOption.value ? Number(detail.selectedOption.value) : null)
          }
        />
      </FormField>
      {versions.error && (
        <Problem error={versions.error} what="the other versions" onRetry={() => void versions.reload()} />
      )}
      {original !== null && problemOf(original) === null && (
        <InputField value={text} onChange={setText} onProblem={setProblem} />
      )}
      {isInputTooLarge(event) && (
        <p className="ex-note">
          The input there is too large to be changed here: the fork has it as it is. <code>automate fork</code> takes
          another one from a file.
        </p>
      )}
      {mayCall && (
        <SpaceBetween size="m">
          <Checkbox checked={reads} onChange={({ detail }) => setReads(detail.checked)}>
            Really make calls that only read
          </Checkbox>
          <FormField
            label="States that may write"
            description="Their calls are really made where the record does not have them. Names, with commas between."
          >
            <Input value={allow} onChange={({ detail }) => setAllow(detail.value)} spellcheck={false} />
          </FormField>
        </SpaceBetween>
      )}
    </Dialog>
  );
}
