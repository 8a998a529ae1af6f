/** The form of a Wait state. */
import { own, withEntry, withoutEntry } from "../../../asl";
import { Field, Segments } from "../forms/controls";
import { MomentInput } from "../forms/MomentInput";
import { ValueField } from "../forms/ValueField";
import { NumberField, ToExpression } from "./Parts";
import { type StateEditor, textOf } from "./useState";

const WAITS = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"] as const;

export function WaitForm({ editor }: { editor: StateEditor }) {
  const { state, name, change, language } = editor;
  const until = own(state, "Timestamp") !== undefined || own(state, "TimestampPath") !== undefined;
  const turn = (kind: "for" | "until"): void =>
    change(`Edit the wait of ${name}`, (old) => {
      const bare = WAITS.reduce((at, key) => withoutEntry(at, key), old);
      return kind === "for"
        ? withEntry(bare, "Seconds", 60)
        : withEntry(bare, "Timestamp", `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T09:00:00Z`);
    });
  return (
    <>
      <Segments
        label="What it waits for"
        value={until ? "until" : "for"}
        options={[
          { value: "for", label: "For a while" },
          { value: "until", label: "Until a moment" },
        ]}
        onChange={turn}
      />
      {until ? (
        <Until editor={editor} />
      ) : (
        <NumberField
          editor={editor}
          field="Seconds"
          label="Seconds"
          unit="s"
          hint={language === "JSONPath" ? undefined : "Up to a year, in seconds."}
        />
      )}
    </>
  );
}

const FIRST_MOMENT = { JSONata: "$states.input.at", JSONPath: "$.at" };

function Until({ editor }: { editor: StateEditor }) {
  const given = editor.given("Timestamp");
  if (given.kind === "expression") {
    return (
      <ValueField
        name="Timestamp"
        label="Until"
        spec={{ type: "string", required: true }}
        value={given}
        language={editor.language}
        pointer={editor.pointer}
        onChange={(next) =>
          editor.give(
            "Timestamp",
            next.kind === "expression" ? next : { kind: "literal", value: "2027-01-01T09:00:00Z" },
          )
        }
      />
    );
  }
  return (
    <Field
      label="Until"
      aside={<ToExpression editor={editor} field="Timestamp" label="Until a moment" first={FIRST_MOMENT} />}
    >
      <MomentInput
        value={given.kind === "literal" ? textOf(given.value) : ""}
        onChange={(moment) => editor.set("Timestamp", moment)}
      />
    </Field>
  );
}
