/** The input of a test: from a past run, a case or the schema; as a form where there is a schema, else as JSON. */
import { useState } from "react";
import { isObject, type Json, type JsonObject } from "../../../asl";
import { Field, Pick, Segments } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import type { Sample } from "../values/sample";
import { SchemaForm } from "./SchemaForm";

interface InputCardProps {
  samples: readonly Sample[];
  schema: Json | null;
  value: Json;
  onChange: (value: Json) => void;
  /** Null where none can be given: the workflow begins with none. */
  variables: JsonObject | null;
  onVariables: (variables: JsonObject) => void;
}

export function InputCard({ samples, schema, value, onChange, variables, onVariables }: InputCardProps) {
  const hasForm = isObject(schema) && isObject(schema.properties);
  const [how, setHow] = useState<"form" | "json">("form");
  const isForm = hasForm && how === "form" && isObject(value);
  const take = (index: number) => {
    const sample = samples[index];
    if (sample === undefined) return;
    onChange(sample.input);
    if (variables !== null) onVariables(sample.variables);
  };
  return (
    <section className="tp-part" aria-label="Input">
      <div className="heading">
        <h3>Input</h3>
        {hasForm && (
          <Segments
            label="How the input is edited"
            value={isForm ? "form" : "json"}
            options={[
              { value: "form", label: "Form" },
              { value: "json", label: "JSON" },
            ]}
            onChange={setHow}
          />
        )}
      </div>
      {samples.length > 0 && (
        <Field label="Begin from">
          <Pick
            value=""
            empty="A past run, a case …"
            options={samples.map(({ title }, index) => ({ value: String(index), label: title }))}
            onChange={(index) => take(Number(index))}
          />
        </Field>
      )}
      {isForm ? (
        <SchemaForm schema={schema as JsonObject} value={value as JsonObject} onChange={onChange} />
      ) : (
        <JsonInput label="Input of the test" value={value} onChange={onChange} minHeight="90px" />
      )}
      {variables !== null && (
        <details className="tp-fold" open={Object.keys(variables).length > 0}>
          <summary>Variables</summary>
          <JsonInput
            label="Variables before the step"
            value={variables}
            onChange={(next) => isObject(next) && onVariables(next)}
          />
        </details>
      )}
    </section>
  );
}
