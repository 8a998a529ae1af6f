/** What an execution may be started with: fields in a table for the usual, the JSON Schema itself for everything. */
import { useState } from "react";
import { isObject, type Json, type JsonObject } from "../../../asl";
import { AddButton, Check, Pick, Segments, TextButton, TextInput } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import { AddRow } from "../forms/Rows";
import { editDocument } from "../store";
import { type FieldRow, rowsOf, schemaOf, withoutRow, withRow } from "./schemaRows";

const TYPES = ["string", "number", "integer", "boolean", "object", "array"].map((each) => ({
  value: each,
  label: each,
}));

export function InputSchema({ schema }: { schema: Json | undefined }) {
  const [view, setView] = useState<"table" | "json">("table");
  const object = isObject(schema) ? schema : null;
  const write = (next: JsonObject | undefined): void =>
    editDocument("Edit the input's schema", "input_schema", next, true);
  if (object === null) {
    return (
      <div className="dz-row">
        <span className="dz-quiet">
          Any JSON value can start it. With a schema, an input that does not fit is refused at the start.
        </span>
        <AddButton onClick={() => write(schemaOf([]))}>Describe the input</AddButton>
      </div>
    );
  }
  return (
    <>
      <div className="dz-block-head">
        <Segments
          label="How the schema is edited"
          value={view}
          options={[
            { value: "table", label: "Fields" },
            { value: "json", label: "JSON Schema" },
          ]}
          onChange={setView}
        />
        <TextButton tone="accent" onClick={() => write(undefined)}>
          Take any input
        </TextButton>
      </div>
      {view === "table" ? (
        <Table schema={object} write={write} />
      ) : (
        <JsonInput
          label="JSON Schema of the input"
          value={object}
          minHeight="180px"
          onChange={(next) => isObject(next) && write(next)}
        />
      )}
    </>
  );
}

function Table({ schema, write }: { schema: JsonObject; write: (next: JsonObject) => void }) {
  const rows = rowsOf(schema);
  return (
    <div className="stack gap-8">
      {rows.map((row) => (
        <Row
          key={row.name}
          row={row}
          onChange={(next) => write(withRow(schema, next))}
          onRemove={() => write(withoutRow(schema, row.name))}
        />
      ))}
      <AddRow
        what="field"
        taken={new Set(rows.map((row) => row.name))}
        onAdd={(name) => write(withRow(schema, { name, type: "string", required: false, description: "" }))}
      />
    </div>
  );
}

function Row({ row, onChange, onRemove }: { row: FieldRow; onChange: (row: FieldRow) => void; onRemove: () => void }) {
  return (
    <div className="dz-schema-row">
      <span className="mono">{row.name}</span>
      <Pick
        label={`Type of ${row.name}`}
        value={row.type}
        options={TYPES}
        empty="any"
        onChange={(type) => onChange({ ...row, type })}
      />
      <Check checked={row.required} onChange={(required) => onChange({ ...row, required })}>
        required
      </Check>
      <TextInput
        label={`Description of ${row.name}`}
        placeholder="What it means"
        value={row.description}
        onChange={(description) => onChange({ ...row, description })}
      />
      <TextButton label={`Remove ${row.name}`} onClick={onRemove}>
        ✕
      </TextButton>
    </div>
  );
}
