/** Run an execution again with an input that was edited, by its own version or today's. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { Execution, RerunRequest } from "../../api/schema";
import { notify } from "../../app/flash";
import { go } from "../../app/links";
import { Dialog } from "../../ui/Dialog";
import { tooLarge } from "../../ui/json";
import { InputField, problemOf } from "./InputField";

export function RerunDialog({ execution, onClose }: { execution: Execution; onClose: () => void }) {
  const isLarge = tooLarge(execution.input) !== null;
  const original = isLarge ? "" : JSON.stringify(execution.input, null, 2);
  const [text, setText] = useState(original);
  const [version, setVersion] = useState<NonNullable<RerunRequest["version"]>>("same");
  const [name, setName] = useState("");
  const [problem, setProblem] = useState(isLarge ? null : problemOf(original));
  const run = async () => {
    const isSame = text === original;
    const started = await post<Execution>(path("/executions/{}/rerun", execution.id), {
      version,
      ...(name.trim() ? { name: name.trim() } : {}),
      ...(isSame ? {} : { input: JSON.parse(text) }),
    });
    notify({ type: "success", content: `${execution.workflow} runs again as ${started.name}.` });
    onClose();
    go(`/executions/${encodeURIComponent(started.id)}`);
  };
  return (
    <Dialog title="Run again" act="Run" size="large" onAct={run} onClose={onClose} disabled={problem !== null}>
      {isLarge ? (
        <p className="ex-plain">The input is too large to edit here: it runs again with the same.</p>
      ) : (
        <InputField value={text} onChange={setText} onProblem={setProblem} />
      )}
      <FormField label="Version">
        <RadioGroup
          value={version}
          items={[
            { value: "same", label: `Version ${execution.version}, as it ran` },
            { value: "active", label: "The version that is active now" },
          ]}
          onChange={({ detail }) => setVersion(detail.value as typeof version)}
        />
      </FormField>
      <FormField label="Name" description="Unique within the workflow. Left empty, it gets one of its own.">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
      </FormField>
    </Dialog>
  );
}
