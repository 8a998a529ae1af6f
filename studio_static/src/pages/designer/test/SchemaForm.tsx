/** An object as a form made of its JSON Schema: a control a property, objects within as groups, all else as JSON. */
import { isObject, type Json, type JsonObject, withEntry, withoutEntry } from "../../../asl";
import { Check, Field, NumberInput, Pick, TextButton, TextInput } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import { sampleOf } from "../values/paths";

interface SchemaFormProps {
  schema: JsonObject;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
}

export function SchemaForm({ schema, value, onChange }: SchemaFormProps) {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const extra = Object.keys(value).filter((key) => !(key in properties));
  return (
    <div className="tp-form">
      {Object.entries(properties).map(([key, spec]) => (
        <Property
          key={key}
          name={key}
          spec={isObject(spec) ? spec : {}}
          required={required.includes(key)}
          value={value[key]}
          onChange={(next) => onChange(next === undefined ? withoutEntry(value, key) : withEntry(value, key, next))}
        />
      ))}
      {extra.length > 0 && <p className="dz-quiet">{`Also given: ${extra.join(", ")}. JSON shows them.`}</p>}
    </div>
  );
}

interface PropertyProps {
  name: string;
  spec: JsonObject;
  required: boolean;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

function Property({ name, spec, required, value, onChange }: PropertyProps) {
  const label = typeof spec.title === "string" ? spec.title : name;
  const hint = typeof spec.description === "string" ? spec.description : undefined;
  if (spec.type === "object" && isObject(spec.properties) && isObject(value ?? {})) {
    return (
      <fieldset className="tp-group">
        <legend>{label}</legend>
        <SchemaForm schema={spec} value={(value ?? {}) as JsonObject} onChange={onChange} />
      </fieldset>
    );
  }
  const aside =
    value === undefined ? (
      <TextButton label={`Give ${label}`} onClick={() => onChange(sampleOf(spec))}>
        Give it
      </TextButton>
    ) : (
      !required && (
        <TextButton label={`Leave out ${label}`} onClick={() => onChange(undefined)}>
          ✕
        </TextButton>
      )
    );
  return (
    <Field label={label} required={required} aside={aside} hint={hint}>
      <Control label={label} spec={spec} value={value} onChange={onChange} />
    </Field>
  );
}

interface ControlProps {
  label: string;
  spec: JsonObject;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

function Control({ label, spec, value, onChange }: ControlProps) {
  const choices = Array.isArray(spec.enum) ? spec.enum.filter((item) => typeof item === "string") : [];
  if (choices.length > 0 && (value === undefined || typeof value === "string")) {
    const options = choices.map((choice) => ({ value: choice, label: choice }));
    return <Pick value={value ?? ""} options={options} onChange={onChange} />;
  }
  if (spec.type === "string" && (value === undefined || typeof value === "string")) {
    return <TextInput value={value ?? ""} onChange={onChange} />;
  }
  if ((spec.type === "number" || spec.type === "integer") && (value === undefined || typeof value === "number")) {
    const step = spec.type === "integer" ? 1 : "any";
    return <NumberInput value={value ?? null} step={step} onChange={(next) => onChange(next ?? undefined)} />;
  }
  if (spec.type === "boolean" && (value === undefined || typeof value === "boolean")) {
    return (
      <Check checked={value === true} onChange={onChange}>
        {value === undefined ? "not given" : value ? "yes" : "no"}
      </Check>
    );
  }
  return <JsonInput label={label} value={value ?? null} onChange={onChange} />;
}
