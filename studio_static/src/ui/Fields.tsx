/** The fields of a form that the API made of a JSON Schema; what was typed is kept as text. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import type { FormField as Asked } from "../api/schema";

export type Typed = Record<string, string>;

interface FieldsProps {
  fields: readonly Asked[];
  typed: Typed;
  /** What will not do, by field's name. */
  faults: Typed;
  onChange: (name: string, value: string) => void;
}

export function Fields({ fields, typed, faults, onChange }: FieldsProps) {
  return (
    <SpaceBetween size="l">
      {fields.map((field) => (
        <FormField
          key={field.name}
          label={field.required ? field.title : <Optional title={field.title} />}
          description={field.description}
          {...(hint(field) !== "" && { constraintText: hint(field) })}
          errorText={faults[field.name] ?? ""}
        >
          <Control
            field={field}
            value={typed[field.name] ?? ""}
            invalid={field.name in faults}
            onChange={(value) => onChange(field.name, value)}
          />
        </FormField>
      ))}
    </SpaceBetween>
  );
}

export const defaults = (fields: readonly Asked[]): Typed =>
  Object.fromEntries(fields.map((field) => [field.name, field.default]));

/** The faults that stay when the field `name` was changed. */
export function without(faults: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(faults).filter(([at]) => at !== name));
}

const Optional = ({ title }: { title: string }) => (
  <>
    {title} <i>- optional</i>
  </>
);

interface ControlProps {
  field: Asked;
  value: string;
  invalid: boolean;
  onChange: (value: string) => void;
}

function Control({ field, value, invalid, onChange }: ControlProps) {
  if (field.kind === "choice") {
    const options = field.choices.map((text) => ({ value: text, label: text }));
    const none = { value: "", label: "–" };
    return (
      <Select
        selectedOption={options.find((option) => option.value === value) ?? (field.required ? null : none)}
        options={field.required ? options : [none, ...options]}
        placeholder="Choose one"
        invalid={invalid}
        ariaRequired={field.required}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    );
  }
  if (field.kind !== "line") {
    return (
      <Textarea
        value={value}
        rows={5}
        invalid={invalid}
        ariaRequired={field.required}
        spellcheck={field.kind === "lines"}
        onChange={({ detail }) => onChange(detail.value)}
      />
    );
  }
  const isNumber = field.type === "number" || field.type === "integer";
  return (
    <Input
      value={value}
      type={field.look === "email" || field.look === "url" ? field.look : "text"}
      {...(isNumber && { inputMode: "decimal" as const })}
      {...(field.look === "date" && { placeholder: "YYYY-MM-DD" })}
      invalid={invalid}
      ariaRequired={field.required}
      autoComplete="off"
      onChange={({ detail }) => onChange(detail.value)}
    />
  );
}

const hint = ({ kind }: Asked) => ({ list: "One a line.", json: "As JSON." })[kind as string] ?? "";
