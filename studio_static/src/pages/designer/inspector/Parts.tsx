/** Parts that several states' forms share: where it goes on, what it makes of its data, its comment and its time-outs. */
import { hasNext, own, type QueryLanguage, withEntry, withoutEntry } from "../../../asl";
import { Field, NumberInput, Part, TextButton, TextInput } from "../forms/controls";
import { type FieldSpec, UNSET } from "../forms/field";
import { ValueField } from "../forms/ValueField";
import { Target } from "./Target";
import { Template } from "./Template";
import { numberOf, type StateEditor, textOf } from "./useState";

/** Next or End. */
export function GoesOn({ editor }: { editor: StateEditor }) {
  const { state, name, pointer, change } = editor;
  if (!hasNext(state)) return null;
  const next = own(state, "End") === true ? "" : textOf(own(state, "Next"));
  return (
    <Field at="Next" label="Then go to">
      <Target
        pointer={pointer}
        port="next"
        label="Then go to"
        empty="The end"
        value={next}
        onChange={(to) =>
          change(to === "" ? `End after ${name}` : `Lead ${name} to ${to}`, (old) =>
            to === ""
              ? withEntry(withoutEntry(old, "Next"), "End", true)
              : withEntry(withoutEntry(old, "End"), "Next", to),
          )
        }
      />
    </Field>
  );
}

interface DataField {
  readonly field: string;
  readonly label: string;
  readonly hint?: string;
  /** One row of it, where it is a template; else it is a path. */
  readonly row?: string;
  /** Of states with a result of their own, or of the others alone. */
  readonly result?: boolean;
}

/** What a state makes of its data, in the order of the form. */
const DATA: Readonly<Record<QueryLanguage, readonly DataField[]>> = {
  JSONata: [
    {
      field: "Assign",
      label: "Variables",
      row: "variable",
      hint: "Set here, read as $name in the states that follow.",
    },
    { field: "Output", label: "Output", row: "field", result: false },
    { field: "Output", label: "Output", row: "field", result: true, hint: "$states.result is what it returned." },
  ],
  JSONPath: [
    { field: "InputPath", label: "Input", hint: "The part of the input that the state sees." },
    { field: "ResultSelector", label: "Result selector", row: "field", result: true, hint: "Made of the raw result." },
    { field: "ResultPath", label: "Put the result at", result: true, hint: "A path into the input, such as $.charge." },
    { field: "OutputPath", label: "Output", hint: "The part that goes on." },
    { field: "Assign", label: "Variables", row: "variable" },
  ],
};

/** What the state makes of its data. `result`: whether it has a result of its own. */
export function DataPart({ editor, result }: { editor: StateEditor; result: boolean }) {
  const { state, language } = editor;
  const given = ["Assign", "Output", "ResultPath", "ResultSelector", "InputPath", "OutputPath"].filter(
    (key) => own(state, key) !== undefined,
  );
  const fields = DATA[language].filter((each) => each.result === undefined || each.result === result);
  return (
    <Part
      title="Output and variables"
      summary={
        given.length === 0 ? (result ? "its result is the output" : "its input is the output") : given.join(", ")
      }
      open={given.length > 0}
    >
      {fields.map(({ field, label, hint, row }) =>
        row === undefined ? (
          <PathField key={field} editor={editor} field={field} label={label} hint={hint} />
        ) : (
          <Template key={field} editor={editor} field={field} label={label} hint={hint} what={row} live={!result} />
        ),
      )}
    </Part>
  );
}

interface PathFieldProps {
  editor: StateEditor;
  field: string;
  label: string;
  hint?: string | undefined;
}

export function PathField({ editor, field, label, hint }: PathFieldProps) {
  return (
    <Field label={label} hint={hint}>
      <TextInput
        mono
        placeholder="$"
        value={textOf(own(editor.state, field))}
        onChange={(value) => editor.set(field, value === "" ? undefined : value)}
      />
    </Field>
  );
}

interface ExpressionFieldProps {
  editor: StateEditor;
  field: string;
  label: string;
  spec: FieldSpec;
}

/** A field that is written out, or an expression. */
export function ExpressionField({ editor, field, label, spec }: ExpressionFieldProps) {
  return (
    <ValueField
      name={field}
      label={label}
      spec={spec}
      value={editor.given(field)}
      // A secret is resolved in a Task's arguments alone.
      onChange={(next) => editor.give(field, next.kind === "secret" ? UNSET : next)}
      language={editor.language}
      pointer={editor.pointer}
    />
  );
}

interface ToExpressionProps {
  editor: StateEditor;
  field: string;
  label: string;
  /** What the expression begins as. */
  first: Readonly<Record<QueryLanguage, string>>;
}

/** Turns a field that is written out into an expression. */
export function ToExpression({ editor, field, label, first }: ToExpressionProps) {
  return (
    <TextButton
      title={`${label} from an expression`}
      onClick={() => editor.give(field, { kind: "expression", text: first[editor.language] })}
    >
      ƒ
    </TextButton>
  );
}

/** What a number begins as where it is no longer written out. */
const FIRST_NUMBER = { JSONata: "60", JSONPath: "$.seconds" };

/** A number of seconds or the like, or an expression. */
export function NumberField({ editor, field, label, hint, unit }: PathFieldProps & { unit: string }) {
  const given = editor.given(field);
  const value = given.kind === "literal" ? given.value : null;
  if (given.kind !== "unset" && typeof value !== "number")
    return <ExpressionField editor={editor} field={field} label={label} spec={{ type: "number", description: hint }} />;
  return (
    <Field
      label={label}
      hint={hint}
      aside={<ToExpression editor={editor} field={field} label={label} first={FIRST_NUMBER} />}
    >
      <NumberInput
        min={0}
        unit={unit}
        value={numberOf(value ?? undefined)}
        onChange={(next) => editor.set(field, next ?? undefined)}
      />
    </Field>
  );
}

export function CommentField({ editor }: { editor: StateEditor }) {
  return (
    <Part title="Comment" summary={textOf(own(editor.state, "Comment")) || "none"}>
      <TextInput
        label="Comment"
        lines={2}
        value={textOf(own(editor.state, "Comment"))}
        onChange={(value) => editor.set("Comment", value === "" ? undefined : value)}
      />
    </Part>
  );
}
