/** The form of a Fail state. */
import { own, withEntry, withoutEntry } from "../../../asl";
import { readValue } from "../forms/field";
import { ValueField } from "../forms/ValueField";
import type { StateEditor } from "./useState";

export function FailForm({ editor }: { editor: StateEditor }) {
  return (
    <>
      <FailText
        editor={editor}
        field="Error"
        label="Error"
        hint="A name that Catch and people can recognise, such as Order.Refused."
      />
      <FailText
        editor={editor}
        field="Cause"
        label="Cause"
        hint="What happened, for whoever reads the failed execution."
      />
    </>
  );
}

function FailText({
  editor,
  field,
  label,
  hint,
}: {
  editor: StateEditor;
  field: "Error" | "Cause";
  label: string;
  hint: string;
}) {
  const { state, language, pointer, name, change } = editor;
  const twin = `${field}Path`;
  const path = own(state, twin);
  const value = own(state, field);
  const shown =
    typeof path === "string"
      ? ({ kind: "expression", text: path } as const)
      : value === undefined
        ? ({ kind: "unset" } as const)
        : readValue(value, language);
  return (
    <ValueField
      name={field === "Cause" ? "message" : "error"}
      label={label}
      spec={{ type: "string", description: hint }}
      value={shown}
      language={language}
      pointer={pointer}
      onChange={(next) =>
        change(
          `Edit ${field} of ${name}`,
          (old) => {
            const bare = withoutEntry(old, twin);
            if (next.kind === "literal") return withEntry(bare, field, next.value);
            if (next.kind !== "expression") return withoutEntry(bare, field);
            return language === "JSONata"
              ? withEntry(bare, field, `{% ${next.text} %}`)
              : withEntry(withoutEntry(bare, field), twin, next.text);
          },
          field,
        )
      }
    />
  );
}
