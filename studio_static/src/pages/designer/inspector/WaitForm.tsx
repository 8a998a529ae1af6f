/** The form of a Wait state. */
import { own, withEntry, withoutEntry } from "../../../asl";
import { momentOf, offsetOf, partsOf, zones } from "../conditions/moments";
import { Field, Pick, Segments, TextButton } from "../forms/controls";
import { expressionIn } from "../forms/field";
import { ValueField } from "../forms/ValueField";
import { NumberField } from "./Parts";
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
          {...(language === "JSONPath" ? {} : { hint: "Up to a year, in seconds." })}
        />
      )}
    </>
  );
}

function Until({ editor }: { editor: StateEditor }) {
  const { state, language, pointer, name, change } = editor;
  const value = own(state, "Timestamp");
  const path = own(state, "TimestampPath");
  const expression = language === "JSONata" ? expressionIn(value) : typeof path === "string" ? path : null;
  if (expression !== null) {
    return (
      <ValueField
        name="Timestamp"
        label="Until"
        spec={{ type: "string", required: true }}
        value={{ kind: "expression", text: expression }}
        language={language}
        pointer={pointer}
        onChange={(next) =>
          change(
            `Edit the wait of ${name}`,
            (old) => {
              const bare = withoutEntry(withoutEntry(old, "TimestampPath"), "Timestamp");
              if (next.kind !== "expression") return withEntry(bare, "Timestamp", "2027-01-01T09:00:00Z");
              return language === "JSONata"
                ? withEntry(bare, "Timestamp", `{% ${next.text} %}`)
                : withEntry(bare, "TimestampPath", next.text);
            },
            "Timestamp",
          )
        }
      />
    );
  }
  const parts = partsOf(textOf(value));
  const set = (next: Partial<typeof parts>): void => editor.set("Timestamp", momentOf({ ...parts, ...next }));
  return (
    <Field
      label="Until"
      aside={
        <TextButton
          title="Until a moment from an expression"
          onClick={() =>
            change(`Edit the wait of ${name}`, (old) =>
              language === "JSONata"
                ? withEntry(old, "Timestamp", "{% $states.input.at %}")
                : withEntry(withoutEntry(old, "Timestamp"), "TimestampPath", "$.at"),
            )
          }
        >
          ƒ
        </TextButton>
      }
    >
      {(ties) => (
        <span className="dz-moment">
          <input
            {...ties}
            className="dz-input"
            type="date"
            value={parts.date}
            onChange={(event) => set({ date: event.target.value })}
          />
          <input
            className="dz-input"
            type="time"
            step={1}
            aria-label="Time"
            value={parts.time}
            onChange={(event) => set({ time: event.target.value })}
          />
          <Pick
            label="Time zone"
            value={parts.offset === "Z" ? "UTC" : parts.offset}
            options={[
              ...(parts.offset === "Z" ? [] : [{ value: parts.offset, label: `UTC${parts.offset}` }]),
              ...zones().map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
            ]}
            onChange={(zone) => /^[+-]/.test(zone) || set({ offset: offsetOf(zone, parts.date, parts.time) })}
          />
        </span>
      )}
    </Field>
  );
}
