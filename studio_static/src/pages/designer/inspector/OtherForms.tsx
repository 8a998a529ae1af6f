/** The forms of Wait, Pass, Fail, Parallel and Map. Succeed has none of its own. */
import { addBranch, isObject, type JsonObject, own, removeBranch, walk, withEntry, withoutEntry } from "../../../asl";
import { momentOf, offsetOf, partsOf, zones } from "../conditions/moments";
import { Field, NumberInput, Part, Pick, Segments, TextInput } from "../forms/controls";
import { expressionIn, readValue } from "../forms/field";
import { JsonInput } from "../forms/JsonInput";
import { ValueField } from "../forms/ValueField";
import { edit } from "../store";
import { NumberField, PathField } from "./Parts";
import { Template } from "./Template";
import { numberOf, type StateEditor, textOf } from "./useState";

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
        <button
          type="button"
          className="dz-text-button dz-plain"
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
        </button>
      }
    >
      {({ id }) => (
        <span className="dz-moment">
          <input
            id={id}
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
      <PathField editor={editor} field="ResultPath" label="Put the result at" placeholder="$" />
      <Field label="Result" hint="Written out, never evaluated.">
        {() =>
          own(state, "Result") === undefined ? (
            <button type="button" className="dz-add" onClick={() => editor.set("Result", {})}>
              Add a result
            </button>
          ) : (
            <JsonInput
              label="Result"
              value={own(state, "Result") ?? null}
              onChange={(value) => editor.set("Result", value)}
            />
          )
        }
      </Field>
    </>
  );
}

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

export function ParallelForm({ editor }: { editor: StateEditor }) {
  const { state, pointer, language } = editor;
  const branches = own(state, "Branches");
  const list = Array.isArray(branches) ? branches.filter(isObject) : [];
  return (
    <>
      <section className="dz-block" aria-label="Branches">
        <div className="dz-block-head">
          <h3>Branches</h3>
          <button type="button" className="dz-add" onClick={() => edit((definition) => addBranch(definition, pointer))}>
            Add a branch
          </button>
        </div>
        <ol className="dz-list">
          {list.map((branch, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: branches have no identity but their place
            <li key={index}>
              <span>
                {textOf(own(branch, "StartAt")) || `Branch ${index + 1}`}{" "}
                <span className="dz-quiet">{`· ${count([...walk(branch)].length)}`}</span>
              </span>
              <button
                type="button"
                className="dz-text-button dz-danger"
                aria-label={`Remove branch ${index + 1}`}
                disabled={list.length <= 1}
                onClick={() => edit((definition) => removeBranch(definition, pointer, index))}
              >
                ✕
              </button>
            </li>
          ))}
        </ol>
      </section>
      <Part
        title="Input of the branches"
        summary={
          own(state, language === "JSONata" ? "Arguments" : "Parameters") === undefined
            ? "the state's input"
            : "made here"
        }
      >
        <Template
          editor={editor}
          field={language === "JSONata" ? "Arguments" : "Parameters"}
          label="Input of each branch"
          what="field"
        />
      </Part>
    </>
  );
}

const count = (states: number): string => (states === 1 ? "1 state" : `${states} states`);

/** Where a distributed Map reads its items from, with the InputType where that decides (Developer Guide, "ItemReader"). */
const READERS = [
  { value: "arn:aws:states:::s3:listObjectsV2", label: "The objects of an S3 prefix", type: null },
  { value: "arn:aws:states:::s3:getObject|JSON", label: "A JSON file in S3", type: "JSON" },
  { value: "arn:aws:states:::s3:getObject|JSONL", label: "A JSON Lines file in S3", type: "JSONL" },
  { value: "arn:aws:states:::s3:getObject|CSV", label: "A CSV file in S3", type: "CSV" },
] as const;

export function MapForm({ editor }: { editor: StateEditor }) {
  const { state, name, language, change } = editor;
  const key =
    own(state, "ItemProcessor") === undefined && own(state, "Iterator") !== undefined ? "Iterator" : "ItemProcessor";
  const processor = own(state, key);
  const config = isObject(processor) ? own(processor, "ProcessorConfig") : undefined;
  const isDistributed = isObject(config) && own(config, "Mode") === "DISTRIBUTED";
  const setConfig = (label: string, next: JsonObject): void =>
    change(label, (old) => {
      const inner = own(old, key);
      return isObject(inner) ? withEntry(old, key, withEntry(inner, "ProcessorConfig", next)) : old;
    });
  return (
    <>
      <Segments
        label="Mode of the map"
        value={isDistributed ? "DISTRIBUTED" : "INLINE"}
        options={[
          { value: "INLINE", label: "Inline", title: "In this execution: up to 40 at once" },
          {
            value: "DISTRIBUTED",
            label: "Distributed",
            title: "Each batch is an execution of its own: up to 10,000 at once, from S3 too",
          },
        ]}
        onChange={(mode) =>
          setConfig(
            `Make ${name} ${mode.toLowerCase()}`,
            mode === "DISTRIBUTED" ? { Mode: mode, ExecutionType: "STANDARD" } : { Mode: mode },
          )
        }
      />
      {own(state, "ItemReader") === undefined && <Items editor={editor} />}
      {isDistributed && <Reader editor={editor} />}
      <div className="dz-grid">
        <NumberField editor={editor} field="MaxConcurrency" label="At most at once" unit="items" hint="0: no limit" />
        {isDistributed && (
          <Field label="Each runs as">
            {({ id }) => (
              <Pick
                id={id}
                value={isObject(config) ? textOf(own(config, "ExecutionType")) || "STANDARD" : "STANDARD"}
                options={[
                  { value: "STANDARD", label: "STANDARD" },
                  { value: "EXPRESS", label: "EXPRESS" },
                ]}
                onChange={(type) =>
                  setConfig(`Run the items of ${name} as ${type}`, { Mode: "DISTRIBUTED", ExecutionType: type })
                }
              />
            )}
          </Field>
        )}
      </div>
      <Part
        title="Input of each item"
        summary={own(state, "ItemSelector") === undefined ? "the item itself" : "made here"}
        open={own(state, "ItemSelector") !== undefined}
      >
        <Template
          editor={editor}
          field="ItemSelector"
          label="Input of each item"
          what="field"
          live={false}
          hint={
            language === "JSONata" ? "$states.context.Map.Item.Value is the item." : "$$.Map.Item.Value is the item."
          }
        />
      </Part>
      {isDistributed && <Batches editor={editor} />}
      {isDistributed && <Tolerance editor={editor} />}
    </>
  );
}

function Items({ editor }: { editor: StateEditor }) {
  const { state, language, pointer } = editor;
  if (language === "JSONPath")
    return (
      <PathField
        editor={editor}
        field="ItemsPath"
        label="Items"
        placeholder="$"
        hint="The path of a list in the input."
      />
    );
  const value = own(state, "Items");
  return (
    <ValueField
      name="items"
      label="Items"
      spec={{ type: ["array", "object"], description: "A list, or an object whose entries are the items." }}
      value={value === undefined ? { kind: "unset" } : readValue(value, language)}
      language={language}
      pointer={pointer}
      onChange={(next) =>
        editor.set(
          "Items",
          next.kind === "expression" ? `{% ${next.text} %}` : next.kind === "literal" ? next.value : undefined,
        )
      }
    />
  );
}

function Reader({ editor }: { editor: StateEditor }) {
  const { state, language, name, change } = editor;
  const reader = own(state, "ItemReader");
  const given = isObject(reader) ? reader : null;
  const config = given === null ? undefined : own(given, "ReaderConfig");
  const type = isObject(config) ? textOf(own(config, "InputType")) : "";
  const value = given === null ? "" : `${textOf(own(given, "Resource"))}${type === "" ? "" : `|${type}`}`;
  const argumentsKey = language === "JSONata" ? "Arguments" : "Parameters";
  return (
    <Part
      title="Read the items from"
      summary={READERS.find((each) => each.value === value)?.label ?? (value === "" ? "the input" : value)}
      open={given !== null}
    >
      <Field label="Source">
        {({ id }) => (
          <Pick
            id={id}
            value={value}
            empty="The input"
            options={READERS}
            onChange={(next) =>
              change(`Edit the reader of ${name}`, (old) => {
                const [resource = "", inputType] = next.split("|");
                if (resource === "") return withoutEntry(old, "ItemReader");
                const args = given === null ? {} : (own(given, argumentsKey) ?? {});
                const withReader = withEntry(old, "ItemReader", {
                  Resource: resource,
                  ...(inputType === undefined
                    ? {}
                    : {
                        ReaderConfig: {
                          InputType: inputType,
                          ...(inputType === "CSV" ? { CSVHeaderLocation: "FIRST_ROW" } : {}),
                        },
                      }),
                  [argumentsKey]:
                    isObject(args) && Object.keys(args).length > 0
                      ? args
                      : resource.endsWith("getObject")
                        ? { Bucket: "", Key: "" }
                        : { Bucket: "", Prefix: "" },
                });
                return withoutEntry(withoutEntry(withReader, "Items"), "ItemsPath");
              })
            }
          />
        )}
      </Field>
      {given !== null && (
        <JsonInput
          label="Reader's arguments"
          value={own(given, argumentsKey) ?? {}}
          onChange={(args) => editor.set("ItemReader", withEntry(given, argumentsKey, args))}
        />
      )}
    </Part>
  );
}

function Batches({ editor }: { editor: StateEditor }) {
  const batcher = own(editor.state, "ItemBatcher");
  const given = isObject(batcher) ? batcher : {};
  const set = (key: string, value: number | null): void => {
    const next = value === null ? withoutEntry(given, key) : withEntry(given, key, value);
    editor.set("ItemBatcher", Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <Part
      title="Batches"
      summary={
        numberOf(own(given, "MaxItemsPerBatch")) === null
          ? "one item each"
          : `${own(given, "MaxItemsPerBatch")} items each`
      }
    >
      <div className="dz-grid">
        <Field label="Items in a batch">
          {({ id }) => (
            <NumberInput
              id={id}
              min={1}
              step={1}
              value={numberOf(own(given, "MaxItemsPerBatch"))}
              onChange={(value) => set("MaxItemsPerBatch", value)}
            />
          )}
        </Field>
        <Field label="Bytes in a batch">
          {({ id }) => (
            <NumberInput
              id={id}
              min={1}
              max={262_144}
              step={1}
              value={numberOf(own(given, "MaxInputBytesPerBatch"))}
              onChange={(value) => set("MaxInputBytesPerBatch", value)}
            />
          )}
        </Field>
      </div>
    </Part>
  );
}

function Tolerance({ editor }: { editor: StateEditor }) {
  const { state } = editor;
  const given = [own(state, "ToleratedFailurePercentage"), own(state, "ToleratedFailureCount")].some(
    (value) => value !== undefined,
  );
  return (
    <Part title="Tolerated failures" summary={given ? "set" : "none"} open={given}>
      <div className="dz-grid">
        <NumberField editor={editor} field="ToleratedFailurePercentage" label="Percentage" unit="%" />
        <NumberField editor={editor} field="ToleratedFailureCount" label="Count" unit="items" />
      </div>
      <Field label="Label" hint="Names the map run; up to 40 letters.">
        {({ id, describedBy }) => (
          <TextInput
            id={id}
            describedBy={describedBy}
            value={textOf(own(state, "Label"))}
            onChange={(value) => editor.set("Label", value === "" ? undefined : value)}
          />
        )}
      </Field>
    </Part>
  );
}
