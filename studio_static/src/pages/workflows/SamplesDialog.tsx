/** The samples that come with the product: choose, and they are imported and published. */
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { post } from "../../api/client";
import type { SampleList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { notify } from "../../app/flash";
import { Dialog } from "../../ui/Dialog";
import { Loaded } from "../../ui/Loaded";

interface SamplesDialogProps {
  taken: readonly string[];
  onClose: () => void;
  onDone: () => void;
}

export function SamplesDialog({ taken, onClose, onDone }: SamplesDialogProps) {
  const samples = useApi<SampleList>("/sample-workflows");
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const chosen = (samples.data?.samples ?? []).filter(({ name }) => !taken.includes(name) && !left.has(name));
  const add = async () => {
    for (const sample of chosen) {
      await post("/workflows/import", { document: sample.document, publish: true, note: "sample" });
    }
    notify({
      type: "success",
      content: `${chosen.length === 1 ? chosen[0]?.name : `${chosen.length} samples`} published.`,
    });
    onDone();
  };
  const toggle = (name: string, isChosen: boolean) => {
    const next = new Set(left);
    if (isChosen) next.delete(name);
    else next.add(name);
    setLeft(next);
  };
  return (
    <Dialog
      title="Samples"
      act={chosen.length > 1 ? `Add ${chosen.length} samples` : "Add the sample"}
      onAct={add}
      onClose={onClose}
      disabled={chosen.length === 0}
    >
      <Box color="text-body-secondary">Each is imported and published. They call only services of this machine.</Box>
      <Loaded from={samples} what="the samples">
        {(data) => (
          <SpaceBetween size="s">
            {data.samples.map(({ name, description }) => (
              <Checkbox
                key={name}
                checked={taken.includes(name) || !left.has(name)}
                disabled={taken.includes(name)}
                description={taken.includes(name) ? `Here already. ${description}` : description}
                onChange={({ detail }) => toggle(name, detail.checked)}
              >
                {name}
              </Checkbox>
            ))}
          </SpaceBetween>
        )}
      </Loaded>
    </Dialog>
  );
}
