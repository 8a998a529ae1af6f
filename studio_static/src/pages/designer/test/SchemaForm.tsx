/** An object as a form made of its JSON Schema: a control a property, objects within as groups, all else as JSON. */

import { isObject, type Json, type JsonObject, withEntry, withoutEntry } from "../../../asl";
import { Field, TextButton } from "../forms/controls";
import { UNSET } from "../forms/field";
import { Literal, widgetFor } from "../forms/ValueField";
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
    <div className="stack gap-10">
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
      <fieldset className="tp-group flush framed">
        <legend>{label}</legend>
        <SchemaForm schema={spec} value={(value ?? {}) as JsonObject} onChange={onChange} />
      </fieldset>
    );
  }
  const aside =
    value === undefined ? (
      <TextButton label={`Give ${label}`} onClick={() => onChange(sampleOf(spec))}>
        Give
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
      <Literal
        widget={widgetFor(name, spec, value === undefined ? UNSET : { kind: "literal", value })}
        label={label}
        spec={spec}
        value={value}
        onChange={onChange}
      />
    </Field>
  );
}
