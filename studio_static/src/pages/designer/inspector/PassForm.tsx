/** The form of a Pass state. */
import { own } from "../../../asl";
import { AddButton, Field } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import { PathField } from "./Parts";
import { Template } from "./Template";
import type { StateEditor } from "./useState";

export function PassForm({ editor }: { editor: StateEditor }) {
  const { state, language } = editor;
  if (language === "JSONata") return null;
  return (
    <>
      <Template
        editor={editor}
        field="Parameters"
        label="Parameters"
        what="field"
        hint="Made of the input; the result."
      />
      <PathField editor={editor} field="ResultPath" label="Put the result at" />
      <Field label="Result" hint="Written out, never evaluated.">
        {own(state, "Result") === undefined ? (
          <AddButton onClick={() => editor.set("Result", {})}>Add a result</AddButton>
        ) : (
          <JsonInput
            label="Result"
            value={own(state, "Result") ?? null}
            onChange={(value) => editor.set("Result", value)}
          />
        )}
      </Field>
    </>
  );
}
