/** What an OpenAPI document would give: its actions, which of them write, what is left out. Nothing is stored. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FileDropzone from "@cloudscape-design/components/file-dropzone";
import FileInput from "@cloudscape-design/components/file-input";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { ConnectorFile } from "../../api/schema";
import { useAnswer } from "../../api/useAnswer";
import { Code } from "../../ui/Code";
import { ErrorAlert } from "../../ui/Problem";
import { Skeleton } from "../../ui/Skeleton";
import { saveText } from "../../ui/save";
import { codeOf, type Given, givenOf, summaryOf } from "./adding";

const TYPING_MS = 500;

interface ImportDocumentProps {
  /** Where the saved file goes. */
  folder: string;
  /** The commands are about this one. */
  onGiven: (given: Given | null) => void;
}

export function ImportDocument({ folder, onGiven }: ImportDocumentProps) {
  const [source, setSource] = useState("");
  const [fileName, setFileName] = useState<string | null>(null);
  const [name, setName] = useState("");
  const given = givenOf(source, fileName, name);
  const asked = given && JSON.stringify({ source, filename: given.file, name: given.code });
  const { data, error, of } = useAnswer<ConnectorFile>("/connectors/convert", asked, TYPING_MS);
  const change = (to: { source?: string; fileName?: string | null; name?: string }) => {
    const next = { source, fileName, name, ...to };
    setSource(next.source);
    setFileName(next.fileName);
    setName(next.name);
    onGiven(givenOf(next.source, next.fileName, next.name));
  };
  const read = async (files: File[]) => {
    const file = files[0];
    if (file !== undefined) change({ source: await file.text(), fileName: file.name, name: "" });
  };
  return (
    <SpaceBetween size="m">
      <FileDropzone onChange={({ detail }) => void read(detail.value)}>
        <SpaceBetween size="xs" alignItems="center">
          <FileInput
            value={[]}
            onChange={({ detail }) => void read(detail.value)}
            accept=".json,.yaml,.yml"
            ariaLabel="Choose an OpenAPI document"
          >
            Choose an OpenAPI document
          </FileInput>
          <Box color="text-body-secondary">{fileName ?? "or drop it here, to see what it would give"}</Box>
        </SpaceBetween>
      </FileDropzone>
      <Code
        value={source}
        onChange={(text) => change({ source: text })}
        language={source.trimStart().startsWith("{") ? "json" : "text"}
        label="The document's text"
        placeholder="Or paste its text here"
        height="120px"
      />
      {given && (
        <SpaceBetween size="m">
          <FormField label="Code" description="A definition calls connector:CODE:ACTION.">
            <Input
              value={name}
              placeholder={codeOf(given.file)}
              onChange={({ detail }) => change({ name: detail.value })}
              spellcheck={false}
            />
          </FormField>
          {of !== asked ? (
            <Skeleton what="what it gives" rows={3} />
          ) : (
            <>
              <ErrorAlert error={error} header="It gives no connector" />
              {data && <Preview file={data} folder={folder} />}
            </>
          )}
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

function Preview({ file, folder }: { file: ConnectorFile; folder: string }) {
  const once = file.actions.filter((action) => action.at_most_once).length;
  return (
    <section className="stack gap-8" aria-label="What it gives">
      <Box variant="h4" padding="n">
        {summaryOf(file)}
      </Box>
      {file.known && (
        <Alert type="warning">
          {`There is a connector ${file.code} already. Import into its folder to keep its overlays, or choose another code.`}
        </Alert>
      )}
      {!file.authenticated && (
        <Alert type="warning">
          The document names no way to authenticate, so calls carry no credential. If the service asks for one, write
          <span className="mono"> auth </span>into the file.
        </Alert>
      )}
      {once > 0 && (
        <Box color="text-body-secondary">
          The document names no idempotency key, so a write is made at most once and never retried by itself. An
          action's
          <span className="mono"> idempotency </span>or<span className="mono"> idempotent </span>in the file says
          otherwise.
        </Box>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="scrolls add-actions" tabIndex={0} aria-label="Actions">
        <table className="fields">
          <thead>
            <tr>
              <th scope="col">Action</th>
              <th scope="col">Kind</th>
              <th scope="col">What it is</th>
            </tr>
          </thead>
          <tbody>
            {file.actions.map((action) => (
              <tr key={action.name}>
                <th scope="row" className="mono breaks">
                  {action.name}
                </th>
                <td className={action.kind === "read" ? "ok" : "warn"}>
                  {action.kind === "read" ? "reads" : action.at_most_once ? "writes, at most once" : "writes"}
                </td>
                <td className="breaks">
                  <div className="mono">{action.request}</div>
                  {action.description}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {file.left_out.length > 0 && (
        <details>
          <summary>{`${file.left_out.length} left out`}</summary>
          <ul className="breaks" aria-label="Left out">
            {file.left_out.map(({ operation, why }) => (
              <li key={operation}>
                <span className="mono">{operation}</span>: {why}
              </li>
            ))}
          </ul>
        </details>
      )}
      <Box color="text-body-secondary">
        <SpaceBetween size="xs" direction="horizontal" alignItems="center">
          <Button iconName="download" onClick={() => saveText(file.filename, file.text)}>
            {`Save ${file.filename}`}
          </Button>
          <span>
            {"It goes into "}
            <span className="mono">{folder}</span>
            {"; or the first command below writes it there."}
          </span>
        </SpaceBetween>
      </Box>
    </section>
  );
}
