/** Somebody else saved this draft meanwhile: both are shown, and a person chooses. Nothing is overwritten unseen. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useMemo, useState } from "react";
import type { JsonObject } from "../../../asl";
import { CodeDiff } from "../../../ui/Code";
import { Dialog } from "../../../ui/Dialog";
import { Time } from "../../../ui/Time";
import { documentOf, resolveConflict, type Theirs, useDesigner } from "../store";
import { changedParts, merge } from "./merge";

export function ConflictDialog() {
  const theirs = useDesigner((state) => state.theirs);
  return theirs === null ? null : <Choose theirs={theirs} />;
}

type Choice = "merge" | "theirs" | "ours";

const LABELS: Readonly<Record<Choice, string>> = {
  merge: "Merge both edits",
  theirs: "Take their draft",
  ours: "Keep my draft",
};

function Choose({ theirs }: { theirs: Theirs }) {
  const ours = useDesigner(documentOf);
  const base = useDesigner((state) => state.savedDocument);
  const merged = useMemo(() => merge(base, ours, theirs.document), [base, ours, theirs]);
  const canMerge = merged.clashes.length === 0;
  const [choice, setChoice] = useState<Choice>(canMerge ? "merge" : "theirs");
  const results: Record<Choice, JsonObject> = { merge: merged.value as JsonObject, theirs: theirs.document, ours };
  const result = results[choice];
  return (
    <Dialog
      title="This draft was changed elsewhere"
      act={LABELS[choice]}
      size="max"
      onAct={() => resolveConflict(`${LABELS[choice]} of ${theirs.by || "somebody else"}`, result)}
      onClose={() => useDesigner.setState({ theirs: null })}
    >
      <Box>
        {theirs.by || "Somebody else"} saved it <Time at={theirs.at} format="ago" />. They changed{" "}
        {words(changedParts(base, theirs.document))}; you changed {words(changedParts(base, ours))}. Nothing is
        overwritten until you choose.
      </Box>
      {!canMerge && (
        <Alert type="warning" header="Both changed the same place">
          {merged.clashes.map(placeWords).join(", ")}
        </Alert>
      )}
      <FormField label="Go on with">
        <RadioGroup
          value={choice}
          onChange={({ detail }) => setChoice(detail.value as Choice)}
          items={[
            {
              value: "merge",
              label: canMerge ? LABELS.merge : "Merge both edits, mine where they clash",
              description: "Their edits and yours together. One undo takes it back.",
            },
            { value: "theirs", label: LABELS.theirs, description: "Your edits leave; one undo brings them back." },
            { value: "ours", label: LABELS.ours, description: "Their edits leave the draft." },
          ]}
        />
      </FormField>
      <CodeDiff label="Their draft and the result" before={text(theirs.document)} after={text(result)} height="40vh" />
    </Dialog>
  );
}

const text = (document: JsonObject): string => JSON.stringify(document, null, 2);
const words = (parts: readonly string[]): string => (parts.length === 0 ? "nothing" : parts.join(", "));

/** `/definition/States/Pay/Next` → `Pay · Next` */
function placeWords(pointer: string): string {
  return pointer
    .replace(/^\/definition\//, "")
    .replace(/^States\//, "")
    .split("/")
    .join(" · ")
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
}
