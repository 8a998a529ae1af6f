/** Parts that several states' forms share: where it goes on, what it makes of its data, its comment and its time-outs. */
import { hasNext, own, withEntry, withoutEntry } from "../../../asl";
import { Field, NumberInput, Part, TextButton, TextInput } from "../forms/controls";
import { expressionIn } from "../forms/field";
import { ValueField } from "../forms/ValueField";
import { Target } from "./Target";
import { Template } from "./Template";
import { type StateEditor, textOf } from "./useState";

/** Next or End. */
export function GoesOn({ editor }: { editor: StateEditor }) {
  const { state, name, pointer, change } = editor;
  if (!hasNext(state)) return null;
  const next = own(state, "End") === true ? "" : textOf(own(state, "Next"));
  return (
    <Field label="Then go to">
      <Target
        pointer={pointer}
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

/** What the state makes of its data. `result`: the fields of states that have a result of their own. */
export function DataPart({ editor, result }: { editor: StateEditor; result: boolean }) {
  const { state, language } = editor;
  const given = ["Assign", "Output", "ResultPath", "ResultSelector", "InputPath", "OutputPath"].filter(
    (key) => own(state, key) !== undefined,
  );
  return (
    <Part
      title="Output and variables"
      summary={
        given.length === 0 ? (result ? "its result is the output" : "its input is the output") : given.join(", ")
      }
      open={given.length > 0}
    >
      {language === "JSONata" ? (
        <>
          <Template
            editor={editor}
            field="Assign"
            label="Variables"
            what="variable"
            hint="Set here, read as $name in the states that follow."
            live={!result}
          />
          <Template
            editor={editor}
            field="Output"
            label="Output"
            what="field"
            hint={result ? "$states.result is what it returned." : undefined}
            live={!result}
          />
        </>
      ) : (
        <JsonPathData editor={editor} result={result} />
      )}
    </Part>
  );
}

function JsonPathData({ editor, result }: { editor: StateEditor; result: boolean }) {
  return (
    <>
      <PathField
        editor={editor}
        field="InputPath"
        label="Input"
        hint="The part of the input that the state sees."
        placeholder="$"
      />
      {result && (
        <Template
          editor={editor}
          field="ResultSelector"
          label="Result selector"
          what="field"
          live={false}
          hint="Made of the raw result."
        />
      )}
      {result && (
        <PathField
          editor={editor}
          field="ResultPath"
          label="Put the result at"
          hint="A path into the input, such as $.charge."
          placeholder="$"
        />
      )}
      <PathField editor={editor} field="OutputPath" label="Output" hint="The part that goes on." placeholder="$" />
      <Template editor={editor} field="Assign" label="Variables" what="variable" live={!result} />
    </>
  );
}

interface PathFieldProps {
  editor: StateEditor;
  field: string;
  label: string;
  hint?: string;
  placeholder?: string;
}

export function PathField({ editor, field, label, hint, placeholder }: PathFieldProps) {
  return (
    <Field label={label} hint={hint}>
      <TextInput
        mono
        placeholder={placeholder}
        value={textOf(own(editor.state, field))}
        onChange={(value) => editor.set(field, value === "" ? undefined : value)}
      />
    </Field>
  );
}

/** A number of seconds or the like: written out, an expression under JSONata, the `…Path` twin under JSONPath. */
export function NumberField({
  editor,
  field,
  label,
  hint,
  unit,
}: Omit<PathFieldProps, "placeholder"> & { unit?: string }) {
  const { state, language, pointer, change, name } = editor;
  const twin = `${field}Path`;
  const path = own(state, twin);
  const value = own(state, field);
  const expression = language === "JSONata" ? expressionIn(value) : typeof path === "string" ? path : null;
  if (expression === null && (value === undefined || typeof value === "number") && unit !== undefined) {
    return (
      <Field
        label={label}
        hint={hint}
        aside={
          <TextButton
            title={`${label} from an expression`}
            onClick={() =>
              change(`Edit ${field} of ${name}`, (old) =>
                language === "JSONata"
                  ? withEntry(old, field, "{% 60 %}")
                  : withEntry(withoutEntry(old, field), twin, "$.seconds"),
              )
            }
          >
            ƒ
          </TextButton>
        }
      >
        <NumberInput
          min={0}
          unit={unit}
          value={typeof value === "number" ? value : null}
          onChange={(next) => editor.set(field, next ?? undefined)}
        />
      </Field>
    );
  }
  return (
    <ValueField
      name={field}
      label={label}
      spec={{ type: "number", ...(hint ? { description: hint } : {}) }}
      value={
        expression !== null
          ? { kind: "expression", text: expression }
          : value === undefined
            ? { kind: "unset" }
            : { kind: "literal", value }
      }
      onChange={(next) =>
        change(
          `Edit ${field} of ${name}`,
          (old) => {
            const bare = withoutEntry(withoutEntry(old, twin), field);
            if (next.kind === "literal") return withEntry(bare, field, next.value);
            if (next.kind !== "expression") return bare;
            return language === "JSONata"
              ? withEntry(bare, field, `{% ${next.text} %}`)
              : withEntry(bare, twin, next.text);
          },
          field,
        )
      }
      language={language}
      pointer={pointer}
    />
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
