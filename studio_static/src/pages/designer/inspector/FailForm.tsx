/** The form of a Fail state. */
import { ExpressionField } from "./Parts";
import type { StateEditor } from "./useState";

export function FailForm({ editor }: { editor: StateEditor }) {
  return (
    <>
      <ExpressionField
        editor={editor}
        field="Error"
        label="Error"
        spec={{ type: "string", description: "A name that Catch and people can recognise, such as Order.Refused." }}
      />
      <ExpressionField
        editor={editor}
        field="Cause"
        label="Cause"
        spec={{
          type: "string",
          format: "multiline",
          description: "What happened, for whoever reads the failed execution.",
        }}
      />
    </>
  );
}
