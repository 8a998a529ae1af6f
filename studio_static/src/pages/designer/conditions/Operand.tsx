/** The right side of a comparison: a value, several, a moment with its zone, or another field. */
import { useState } from "react";
import type { QueryLanguage } from "../../../asl";
import { Chip, Pick, Segments, TextButton, TextInput } from "../forms/controls";
import { MomentInput } from "../forms/MomentInput";
import type { Compared, Comparison, Operand } from "./model";
import { OPERATORS } from "./model";

interface OperandProps {
  comparison: Comparison;
  onChange: (operand: Operand) => void;
  language: QueryLanguage;
  paths: readonly string[];
  /** Whether the field holds a number in the sample. */
  isNumber: boolean;
}

interface SideProps {
  operand: Operand;
  onChange: (operand: Operand) => void;
  /** What it is compared with, for its labels. */
  field: string;
}

export function OperandInput({ comparison, onChange, language, paths, isNumber }: OperandProps) {
  const { operator, operand, field } = comparison;
  const { takes } = OPERATORS[operator];
  if (takes === "nothing") return null;
  if (takes === "list") return <List operand={operand} onChange={onChange} field={field} isNumber={isNumber} />;
  if (takes === "text") {
    return (
      <TextInput
        label={`Text for ${field}`}
        value={literalText(operand)}
        onChange={(value) => onChange({ kind: "literal", value })}
      />
    );
  }
  const canCompareFields = operand.kind === "field";
  return (
    <span className="dz-operand row wraps gap-6">
      {operand.kind === "field" ? (
        <OtherField
          operand={operand}
          onChange={onChange}
          field={field}
          language={language}
          paths={paths}
          isMoment={takes === "moment"}
        />
      ) : takes === "moment" ? (
        <MomentInput
          of={field}
          value={operand.kind === "moment" ? operand.value : ""}
          onChange={(value) => onChange({ kind: "moment", value })}
        />
      ) : (
        <Literal operand={operand} onChange={onChange} field={field} />
      )}
      <TextButton
        aria-pressed={canCompareFields}
        title={canCompareFields ? "Compare with a value" : "Compare with another field"}
        onClick={() =>
          onChange(
            canCompareFields
              ? takes === "moment"
                ? { kind: "moment", value: "" }
                : { kind: "literal", value: operand.as === "Numeric" ? 0 : "" }
              : otherField(operand, takes === "moment"),
          )
        }
      >
        {canCompareFields ? "value" : "field"}
      </TextButton>
    </span>
  );
}

function otherField(operand: Operand, isMoment: boolean): Operand {
  const as: Compared = isMoment
    ? "Timestamp"
    : operand.kind === "literal" && typeof operand.value === "number"
      ? "Numeric"
      : "String";
  return { kind: "field", path: "", as };
}

const literalText = (operand: Operand): string =>
  operand.kind === "literal" && operand.value !== null ? String(operand.value) : "";

type LiteralKind = "text" | "number" | "boolean" | "null";

function Literal({ operand, onChange, field }: SideProps) {
  const value = operand.kind === "literal" ? operand.value : "";
  const kind: LiteralKind =
    value === null ? "null" : typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
  return (
    <>
      <Segments<LiteralKind>
        label={`Type of the value for ${field}`}
        value={kind}
        options={[
          { value: "text", label: "abc", title: "A text" },
          { value: "number", label: "123", title: "A number" },
        ]}
        onChange={(next) =>
          onChange({
            kind: "literal",
            value: next === "number" ? numberFrom(String(value ?? "")) : String(value ?? ""),
          })
        }
      />
      {kind === "number" ? (
        <NumberText
          label={`Value for ${field}`}
          value={value as number}
          onChange={(next) => onChange({ kind: "literal", value: next })}
        />
      ) : (
        <TextInput
          label={`Value for ${field}`}
          value={String(value ?? "null")}
          onChange={(next) => onChange({ kind: "literal", value: next })}
        />
      )}
    </>
  );
}

function numberFrom(text: string): number {
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? 0 : value;
}

/** A number typed as text: "1." and "-" are on their way to being one. */
function NumberText({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  const [text, setText] = useState(String(value));
  const shown = Number(text) === value && text.trim() !== "" ? text : String(value);
  return (
    <input
      className="dz-input tabular"
      type="number"
      step="any"
      aria-label={label}
      value={text === "" || text === "-" ? text : shown}
      onChange={(event) => {
        setText(event.target.value);
        if (event.target.value !== "" && !Number.isNaN(Number(event.target.value)))
          onChange(Number(event.target.value));
      }}
      onFocus={(event) => event.target.select()}
      onBlur={() => setText(String(value))}
    />
  );
}

function List({ operand, onChange, field, isNumber }: SideProps & Pick<OperandProps, "isNumber">) {
  const [text, setText] = useState("");
  const values = operand.kind === "list" ? operand.values : [];
  const add = (): void => {
    if (text.trim() === "") return;
    const areNumbers = values.length > 0 ? values.every((value) => typeof value === "number") : isNumber;
    const value = areNumbers && !Number.isNaN(Number(text)) ? Number(text) : text.trim();
    if (!values.includes(value)) onChange({ kind: "list", values: [...values, value] });
    setText("");
  };
  return (
    <span className="dz-chips row wraps gap-6">
      {values.map((value) => (
        <Chip
          key={JSON.stringify(value)}
          label={`Remove ${value}`}
          onRemove={() => onChange({ kind: "list", values: values.filter((each) => each !== value) })}
        >
          {JSON.stringify(value)}
        </Chip>
      ))}
      <input
        className="dz-input dz-chip-add"
        aria-label={`Add a value for ${field}`}
        placeholder="Add, Enter"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          add();
        }}
        onBlur={add}
      />
    </span>
  );
}

interface OtherProps extends SideProps {
  operand: Extract<Operand, { kind: "field" }>;
  language: QueryLanguage;
  paths: readonly string[];
  isMoment: boolean;
}

function OtherField({ operand, onChange, field, language, paths, isMoment }: OtherProps) {
  return (
    <>
      <TextInput
        label={`Field to compare ${field} with`}
        mono
        list={paths}
        placeholder={language === "JSONata" ? "$states.input.…" : "$.…"}
        value={operand.path}
        onChange={(path) => onChange({ ...operand, path })}
      />
      {language === "JSONPath" && !isMoment && (
        <Pick
          label="Compared as"
          value={operand.as ?? "String"}
          options={[
            { value: "String", label: "as text" },
            { value: "Numeric", label: "as number" },
            { value: "Boolean", label: "as true/false" },
          ]}
          onChange={(as) => onChange({ ...operand, as: as as Compared })}
        />
      )}
    </>
  );
}
