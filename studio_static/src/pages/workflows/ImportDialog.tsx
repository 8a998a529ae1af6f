/** A file becomes drafts: dropped, chosen or pasted; recognised by the server; looked at; imported. */

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FileDropzone from "@cloudscape-design/components/file-dropzone";
import FileInput from "@cloudscape-design/components/file-input";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { post } from "../../api/client";
import type { Conversion, ImportAnswer } from "../../api/schema";
import { useAnswer } from "../../api/useAnswer";
import { notify } from "../../app/flash";
import { go, workflowHref } from "../../app/links";
import { nameProblem } from "../../asl/names";
import { Code } from "../../ui/Code";
import { Dialog } from "../../ui/Dialog";
import { ErrorAlert } from "../../ui/Problem";

const FORMATS: Record<Conversion["format"], string> = {
  workflow: "a workflow document",
  asl: "a definition in the Amazon States Language",
  sam: "a SAM template",
  cloudformation: "a CloudFormation template",
  n8n: "an n8n export",
};
const TYPING_MS = 500;

interface Chosen {
  name: string;
  document: Record<string, unknown>;
  notes: string[];
  taken: boolean;
}

/** An answer of the API has warnings beside its own fields. */
type Imported = ImportAnswer & { warnings?: string[] };

interface ImportDialogProps {
  taken: readonly string[];
  onClose: () => void;
  onDone: () => void;
}

export function ImportDialog({ taken, onClose, onDone }: ImportDialogProps) {
  const [source, setSource] = useState("");
  const [fileName, setFileName] = useState<string | null>(null);
  const [force, setForce] = useState(false);
  const isGiven = source.trim() !== "";
  const asked = isGiven ? JSON.stringify({ source, filename: fileName ?? undefined }) : null;
  const answer = useAnswer<Conversion>("/workflows/convert", asked, TYPING_MS);
  const { data: found, error } = isGiven ? answer : { data: null, error: null };
  const [chosen, setChosen] = useState<Chosen[]>([]);
  useEffect(() => {
    setChosen((found?.candidates ?? []).map((each) => ({ ...each, taken: true })));
  }, [found]);

  const read = async (files: File[]) => {
    const file = files[0];
    if (file === undefined) return;
    setFileName(file.name);
    setSource(await file.text());
  };
  const wanted = chosen.filter((each) => each.taken);
  const bring = async () => {
    for (const { name, document } of wanted) {
      const { warnings = [] } = await post<Imported>("/workflows/import", { document: { ...document, name }, force });
      if (warnings.length > 0) notify({ type: "warning", header: `Warnings about ${name}`, content: listed(warnings) });
    }
    const names = wanted.map(({ name }) => name).join(", ");
    notify({
      type: "success",
      content: `${names}: imported as draft${wanted.length > 1 ? "s" : ""}. Nothing is published yet.`,
    });
    onDone();
    const first = wanted[0];
    if (wanted.length === 1 && first) go(workflowHref(first.name));
  };
  const replaces = wanted.filter(({ name }) => taken.includes(name)).map(({ name }) => name);
  return (
    <Dialog
      title="Import"
      size="large"
      act={wanted.length > 1 ? `Import ${wanted.length} workflows` : "Import"}
      onAct={bring}
      onClose={onClose}
      disabled={wanted.length === 0 || wanted.some(({ name }) => nameProblem(name) !== null)}
    >
      <FileDropzone onChange={({ detail }) => void read(detail.value)}>
        <SpaceBetween size="xs" alignItems="center">
          <FileInput
            value={[]}
            onChange={({ detail }) => void read(detail.value)}
            accept=".json,.yaml,.yml,.template"
            ariaLabel="Choose a file"
          >
            Choose a file
          </FileInput>
          <Box color="text-body-secondary">
            {fileName ?? "or drop it here: JSON or YAML, a workflow, a template, an export"}
          </Box>
        </SpaceBetween>
      </FileDropzone>
      <Code
        value={source}
        onChange={(text) => setSource(text)}
        language={source.trimStart().startsWith("{") ? "json" : "text"}
        label="The file's text"
        placeholder="Or paste its text here"
        height="180px"
      />
      <ErrorAlert error={error} header="This could not be read" />
      {found && (
        <Box>
          {`This is ${FORMATS[found.format]}`}
          {found.candidates.length > 1 ? ` with ${found.candidates.length} workflows.` : "."}
        </Box>
      )}
      {chosen.map((each, index) => (
        <Candidate
          // biome-ignore lint/suspicious/noArrayIndexKey: a candidate is its place in the file; its name is being typed
          key={index}
          candidate={each}
          single={chosen.length === 1}
          onChange={(changed) => setChosen(chosen.with(index, changed))}
        />
      ))}
      {replaces.length > 0 && (
        <Alert type="warning">
          {`${replaces.join(", ")}: there is a draft of that name, which this replaces.`}
          <Checkbox checked={force} onChange={({ detail }) => setForce(detail.checked)}>
            Also when it was edited since it was last imported
          </Checkbox>
        </Alert>
      )}
    </Dialog>
  );
}

interface CandidateProps {
  candidate: Chosen;
  single: boolean;
  onChange: (changed: Chosen) => void;
}

function Candidate({ candidate, single, onChange }: CandidateProps) {
  const states = Object.keys((candidate.document.definition as { States?: object } | undefined)?.States ?? {}).length;
  return (
    <div className="candidate">
      <SpaceBetween size="xs">
        {!single && (
          <Checkbox
            checked={candidate.taken}
            onChange={({ detail }) => onChange({ ...candidate, taken: detail.checked })}
          >
            {`Import ${candidate.name}`}
          </Checkbox>
        )}
        {candidate.taken && (
          <FormField
            label="Name"
            errorText={nameProblem(candidate.name)}
            constraintText={`${states} state${states === 1 ? "" : "s"}`}
          >
            <Input
              value={candidate.name}
              onChange={({ detail }) => onChange({ ...candidate, name: detail.value })}
              spellcheck={false}
            />
          </FormField>
        )}
        {candidate.taken && candidate.notes.length > 0 && (
          <div>
            <Box variant="awsui-key-label">To look at</Box>
            {listed(candidate.notes)}
          </div>
        )}
      </SpaceBetween>
    </div>
  );
}

function listed(words: readonly string[]) {
  return (
    <ul>
      {words.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}
