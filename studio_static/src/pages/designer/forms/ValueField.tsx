/**
 * One value of a form, in each of its forms: written out with the control that fits its type, an expression with its
 * live value, or a secret by name. The toggle at its label goes from one to the other and keeps what it can.
 */
import { useRef } from "react";
import type { Json, QueryLanguage, StatePointer } from "../../../asl";
import { AddButton, Check, Field, NumberInput, Pick, Segments, TextButton, TextInput } from "./controls";
import { ExpressionInput } from "./ExpressionInput";
import {
  complaint,
  expressionIn,
  type FieldSpec,
  type FieldValue,
  firstValue,
  labelOf,
  UNSET,
  type Widget,
  widgetOf,
} from "./field";
import { JsonInput } from "./JsonInput";
import { SecretPick } from "./SecretPick";

interface ValueFieldProps {
  name: string;
  spec: FieldSpec;
  value: FieldValue;
  onChange: (value: FieldValue) => void;
  language: QueryLanguage;
  pointer: StatePointer | null;
  /** Shown instead of the field's own label. */
  label?: string;
  onRemove?: () => void;
  live?: boolean;
}

type Mode = "literal" | "expression" | "secret" | "json";

export function ValueField(props: ValueFieldProps) {
  const { name, spec, value, onChange, language, pointer, label = labelOf(name, spec), onRemove, live } = props;
  const isOptional = spec.required !== true;
  const mode = modeOf(spec, value);
  /** An expression's braces were typed out as a text: the editor that takes the text's place goes on with the typing. */
  const isTyped = useRef(false);
  const aside = (
    <>
      {value.kind !== "unset" && isOptional && (
        <TextButton label={`Clear ${label}`} onClick={onRemove ?? (() => onChange(UNSET))}>
          ✕
        </TextButton>
      )}
      <Segments<Mode>
        label={`How ${label} is given`}
        value={mode}
        options={modesOf(spec)}
        onChange={(next) => onChange(converted(name, spec, value, next))}
      />
    </>
  );
  return (
    <Field
      at={name}
      label={label}
      hint={spec.description}
      error={complaint(spec, value)}
      required={!isOptional}
      aside={aside}
    >
      {value.kind === "expression" ? (
        <ExpressionInput
          label={label}
          value={value.text}
          onChange={(text) => onChange({ kind: "expression", text })}
          language={language}
          pointer={pointer}
          live={live}
          goesOn={isTyped.current}
        />
      ) : value.kind === "secret" ? (
        <SecretPick value={value.key} onChange={(key) => onChange({ kind: "secret", key })} />
      ) : (
        <Literal
          widget={widgetFor(name, spec, value)}
          label={label}
          spec={spec}
          value={value.kind === "literal" ? value.value : undefined}
          onChange={(next) => {
            isTyped.current = expressionIn(next) !== null;
            onChange(next === undefined ? UNSET : { kind: "literal", value: next });
          }}
        />
      )}
    </Field>
  );
}

const isUntyped = (spec: FieldSpec): boolean => spec.type === undefined || spec.type === null;

function modeOf(spec: FieldSpec, value: FieldValue): Mode {
  if (value.kind === "unset") return "literal";
  if (value.kind !== "literal") return value.kind;
  return isUntyped(spec) && typeof value.value === "object" ? "json" : "literal";
}

function modesOf(spec: FieldSpec): { value: Mode; label: string; title: string }[] {
  const modes: { value: Mode; label: string; title: string }[] = [
    { value: "literal", label: isUntyped(spec) ? "Text" : "Value", title: "Written out" },
    { value: "expression", label: "ƒ", title: "An expression" },
  ];
  if (isUntyped(spec)) modes.splice(1, 0, { value: "json", label: "JSON", title: "Any JSON value" });
  const takesText = isUntyped(spec) || [spec.type].flat().includes("string");
  if (spec.secret === true || takesText) modes.push({ value: "secret", label: "Secret", title: "A secret by name" });
  return modes;
}

/** A secret's field that is given a text shows it as text; a value that does not fit its control is shown as JSON. */
export function widgetFor(name: string, spec: FieldSpec, value: FieldValue): Widget {
  const widget = widgetOf(name, spec);
  if (value.kind !== "literal") return widget === "secret" || (widget === "json" && isUntyped(spec)) ? "text" : widget;
  const fits: Record<Widget, boolean> = {
    text: typeof value.value === "string",
    longText: typeof value.value === "string",
    choice: typeof value.value === "string",
    number: typeof value.value === "number",
    boolean: typeof value.value === "boolean",
    secret: false,
    json: true,
  };
  if (widget === "json" && isUntyped(spec)) {
    const kinds: Record<string, Widget> = { string: "longText", number: "number", boolean: "boolean" };
    return kinds[typeof value.value] ?? "json";
  }
  if (widget === "secret") return typeof value.value === "string" ? "text" : "json";
  return fits[widget] ? widget : "json";
}

function converted(name: string, spec: FieldSpec, value: FieldValue, mode: Mode): FieldValue {
  switch (mode) {
    case "secret":
      return { kind: "secret", key: "" };
    case "expression":
      return { kind: "expression", text: value.kind === "literal" ? JSON.stringify(value.value) : "" };
    case "json":
      return asLiteral(value) ?? { kind: "literal", value: {} };
    case "literal":
      if (isUntyped(spec)) return { kind: "literal", value: value.kind === "expression" ? value.text : "" };
      return asLiteral(value) ?? (spec.secret === true ? { kind: "literal", value: "" } : firstValue(name, spec));
  }
}

function asLiteral(value: FieldValue): FieldValue | null {
  if (value.kind !== "expression") return null;
  try {
    return { kind: "literal", value: JSON.parse(value.text) as Json };
  } catch {
    return null;
  }
}

interface LiteralProps {
  widget: Widget;
  label: string;
  spec: FieldSpec;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

/** The control that `widget` is. */
export function Literal({ widget, label, spec, value, onChange }: LiteralProps) {
  const fallback =
    spec.default === undefined || spec.default === null ? undefined : `${JSON.stringify(spec.default)} by default`;
  switch (widget) {
    case "text":
    case "longText":
      return (
        <TextInput
          value={typeof value === "string" ? value : ""}
          onChange={onChange}
          placeholder={fallback?.replaceAll('"', "")}
          lines={widget === "longText" ? 3 : 1}
        />
      );
    case "number":
      return (
        <NumberInput
          value={typeof value === "number" ? value : null}
          step={spec.type === "integer" ? 1 : "any"}
          onChange={(next) => onChange(next ?? undefined)}
          placeholder={fallback}
          min={spec.minimum ?? undefined}
          max={spec.maximum ?? undefined}
        />
      );
    case "boolean":
      return (
        <Check checked={value === true || (value === undefined && spec.default === true)} onChange={onChange}>
          {value === undefined ? (fallback ?? "not given") : value === true ? "yes" : "no"}
        </Check>
      );
    case "choice":
      return (
        <Pick
          value={typeof value === "string" ? value : ""}
          empty={fallback?.replaceAll('"', "") ?? "Choose…"}
          options={(spec.enum ?? []).map((item) => ({ value: String(item), label: String(item) }))}
          onChange={(next) => onChange(next === "" ? undefined : next)}
        />
      );
    default:
      return value === undefined ? (
        <AddButton
          aria-label={`Add a value for ${label}`}
          title={fallback}
          onClick={() => onChange([spec.type].flat()[0] === "array" ? [] : {})}
        >
          Add a value
        </AddButton>
      ) : (
        <JsonInput label={label} value={value} onChange={onChange} />
      );
  }
}
