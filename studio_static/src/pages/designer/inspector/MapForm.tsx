/** The form of a Map state: its items, and how they are run. */
import { isObject, type JsonObject, own, withEntry, withoutEntry } from "../../../asl";
import { LONGEST_LABEL, MAX_BATCH_BYTES, MOST_OPEN, VALUES } from "../../../facts";
import { Field, NumberInput, Part, Pick, Segments, TextInput } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import { ExpressionField, NumberField, PathField } from "./Parts";
import { Template } from "./Template";
import { numberOf, type StateEditor, textOf } from "./useState";

/** What a distributed Map reads from: a Resource, and `|InputType` where that decides (the Guide, "ItemReader"). */
const READERS = [
  { value: "arn:aws:states:::s3:listObjectsV2", label: "The objects of an S3 prefix" },
  { value: "arn:aws:states:::s3:getObject|JSON", label: "A JSON file in S3" },
  { value: "arn:aws:states:::s3:getObject|JSONL", label: "A JSON Lines file in S3" },
  { value: "arn:aws:states:::s3:getObject|CSV", label: "A CSV file in S3" },
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
          { value: "INLINE", label: "Inline", title: `In this execution: up to ${MOST_OPEN} at once` },
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
            <Pick
              value={isObject(config) ? textOf(own(config, "ExecutionType")) || "STANDARD" : "STANDARD"}
              options={VALUES.ExecutionType.map((each) => ({ value: each, label: each }))}
              onChange={(type) =>
                setConfig(`Run the items of ${name} as ${type}`, { Mode: "DISTRIBUTED", ExecutionType: type })
              }
            />
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
  if (editor.language === "JSONPath")
    return <PathField editor={editor} field="ItemsPath" label="Items" hint="The path of a list in the input." />;
  return (
    <ExpressionField
      editor={editor}
      field="Items"
      label="Items"
      spec={{ type: ["array", "object"], description: "A list, or an object whose entries are the items." }}
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
        <Pick
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

const BATCH = [
  { field: "MaxItemsPerBatch", label: "Items in a batch", max: undefined },
  { field: "MaxInputBytesPerBatch", label: "Bytes in a batch", max: MAX_BATCH_BYTES },
] as const;

function Batches({ editor }: { editor: StateEditor }) {
  const batcher = own(editor.state, "ItemBatcher");
  const given = isObject(batcher) ? batcher : {};
  const items = numberOf(own(given, "MaxItemsPerBatch"));
  const set = (key: string, value: number | null): void => {
    const next = value === null ? withoutEntry(given, key) : withEntry(given, key, value);
    editor.set("ItemBatcher", Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <Part title="Batches" summary={items === null ? "one item each" : `${items} items each`}>
      <div className="dz-grid">
        {BATCH.map(({ field, label, max }) => (
          <Field key={field} label={label}>
            <NumberInput
              min={1}
              max={max}
              step={1}
              value={numberOf(own(given, field))}
              onChange={(value) => set(field, value)}
            />
          </Field>
        ))}
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
      <Field label="Label" hint={`Names the map run; up to ${LONGEST_LABEL} letters.`}>
        <TextInput
          value={textOf(own(state, "Label"))}
          onChange={(value) => editor.set("Label", value === "" ? undefined : value)}
        />
      </Field>
    </Part>
  );
}
