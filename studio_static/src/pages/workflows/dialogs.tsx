/** What is asked before a workflow is paused, copied or put away. */

import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { Workflow } from "../../api/schema";
import { notify } from "../../app/flash";
import { go, workflowHref } from "../../app/links";
import { nameProblem } from "../../asl/names";
import { Dialog } from "../../ui/Dialog";
import { copyName } from "./look";

interface DialogGiven {
  workflow: Workflow;
  onClose: () => void;
}

export function PauseDialog({ workflow, onClose, onDone }: DialogGiven & { onDone: () => void }) {
  const [starts, setStarts] = useState("queue");
  const [running, setRunning] = useState("finish");
  const pause = async () => {
    await post(path("/workflows/{}/pause", workflow.name), { starts, running });
    notify({ type: "success", content: `${workflow.name} is paused.` });
    onDone();
  };
  return (
    <Dialog title={`Pause ${workflow.name}`} act="Pause" onAct={pause} onClose={onClose}>
      <FormField label="New starts">
        <RadioGroup
          value={starts}
          onChange={({ detail }) => setStarts(detail.value)}
          items={[
            {
              value: "queue",
              label: "Wait",
              description: "They are accepted, and begin once it is switched on again.",
            },
            { value: "refuse", label: "Are refused", description: "Whoever starts one is told that it is paused." },
          ]}
        />
      </FormField>
      <FormField label="What runs now">
        <RadioGroup
          value={running}
          onChange={({ detail }) => setRunning(detail.value)}
          items={[
            { value: "finish", label: "Runs on to its end" },
            {
              value: "hold",
              label: "Is held",
              description: "Calls under way finish; the next step begins once it is switched on again.",
            },
          ]}
        />
      </FormField>
    </Dialog>
  );
}

export function DuplicateDialog({ workflow, taken, onClose }: DialogGiven & { taken: readonly string[] }) {
  const [name, setName] = useState(() => copyName(workflow.name, taken));
  const problem = nameProblem(name, taken);
  const duplicate = async () => {
    await post(path("/workflows/{}/duplicate", workflow.name), { name });
    notify({ type: "success", content: `${name} is a copy of ${workflow.name}: a draft, not published.` });
    go(workflowHref(name));
  };
  return (
    <Dialog
      title={`Duplicate ${workflow.name}`}
      act="Duplicate"
      onAct={duplicate}
      onClose={onClose}
      disabled={problem !== null}
    >
      <FormField label="Name of the copy" errorText={problem} description="Its draft is copied; nothing is published.">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
      </FormField>
    </Dialog>
  );
}

export function ArchiveDialog({ workflow, onClose, onDone }: DialogGiven & { onDone: () => void }) {
  const archive = async () => {
    await post(path("/workflows/{}/archive", workflow.name));
    notify({ type: "success", content: `${workflow.name} is in the archive.` });
    onDone();
  };
  return (
    <Dialog title={`Archive ${workflow.name}?`} act="Archive" onAct={archive} onClose={onClose}>
      <Box>
        It starts nothing any more and leaves this list. Its versions, executions and audit entries are kept, what runs
        now runs on, and it can be taken back at any time.
      </Box>
    </Dialog>
  );
}
