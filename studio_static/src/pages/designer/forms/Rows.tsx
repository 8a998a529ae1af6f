/** An object edited row by row, name and value; what a template (Arguments, Assign, ItemSelector) is. */
import { useState } from "react";
import type { JsonObject, QueryLanguage, StatePointer } from "../../../asl";
import { TextInput } from "./controls";
import { type FieldSpec, type FieldValue, readField, UNSET, writeField } from "./field";
import { ValueField } from "./ValueField";

interface RowsProps {
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  language: QueryLanguage;
  pointer: StatePointer | null;
  /** What one row is: "argument", "variable". */
  what: string;
  suggestions?: readonly string[];
  live?: boolean;
}

const ANY: FieldSpec = {};

export function Rows({ value, onChange, language, pointer, what, suggestions, live }: RowsProps) {
  const names = [
    ...new Set(Object.keys(value).map((key) => (language === "JSONPath" ? key.replace(/\.\$$/, "") : key))),
  ];
  const set = (name: string, next: FieldValue): void => onChange(writeField(value, name, next, language));
  return (
    <>
      {names.map((name) => (
        <ValueField
          key={name}
          name={name}
          label={name}
          spec={ANY}
          value={readField(value, name, language)}
          onChange={(next) => set(name, next.kind === "unset" ? { kind: "literal", value: "" } : next)}
          onRemove={() => set(name, UNSET)}
          language={language}
          pointer={pointer}
          live={live}
        />
      ))}
      <AddRow
        what={what}
        taken={new Set(names)}
        suggestions={suggestions}
        onAdd={(name) => set(name, { kind: "expression", text: language === "JSONata" ? "$states.input" : "$" })}
      />
    </>
  );
}

interface AddRowProps {
  what: string;
  taken: ReadonlySet<string>;
  suggestions?: readonly string[];
  onAdd: (name: string) => void;
}

/** A name for one more row. */
export function AddRow({ what, taken, suggestions, onAdd }: AddRowProps) {
  const [name, setName] = useState("");
  const isFree = name.trim() !== "" && !taken.has(name.trim());
  const add = (): void => {
    if (!isFree) return;
    onAdd(name.trim());
    setName("");
  };
  return (
    <form
      className="dz-row dz-add-row"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <TextInput
        label={`Name of a new ${what}`}
        placeholder={`New ${what}`}
        value={name}
        onChange={setName}
        mono
        list={suggestions?.filter((each) => !taken.has(each))}
      />
      <button type="submit" className="dz-add" disabled={!isFree}>
        Add
      </button>
    </form>
  );
}
