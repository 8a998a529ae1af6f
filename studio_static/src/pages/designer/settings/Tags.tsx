/** Tags: a key and a value each, for lists and cost reports. */
import { useState } from "react";
import { isObject, type JsonObject, own, withEntry, withoutEntry } from "../../../asl";
import { Chip, Field, TextInput } from "../forms/controls";
import { documentOf, editDocument, useDesigner } from "../store";

const NONE: JsonObject = {};

export function Tags() {
  const tags = useDesigner((state) => {
    const found = own(documentOf(state), "tags");
    return isObject(found) ? found : NONE;
  });
  const write = (label: string, next: JsonObject): void =>
    editDocument(label, "tags", Object.keys(next).length === 0 ? undefined : next);
  return (
    <Field label="Tags">
      <div className="dz-chips row wraps gap-6">
        {Object.entries(tags).map(([key, value]) => (
          <Chip
            key={key}
            label={`Remove the tag ${key}`}
            onRemove={() => write(`Remove the tag ${key}`, withoutEntry(tags, key))}
          >
            {`${key}: ${String(value)}`}
          </Chip>
        ))}
        <NewTag onAdd={(key, value) => write(`Tag it ${key}: ${value}`, withEntry(tags, key, value))} />
      </div>
    </Field>
  );
}

function NewTag({ onAdd }: { onAdd: (key: string, value: string) => void }) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  return (
    <form
      className="dz-row dz-new-tag"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() === "") return;
        onAdd(key.trim(), value.trim());
        setKey("");
        setValue("");
      }}
    >
      <TextInput placeholder="Key" value={key} onChange={setKey} />
      <TextInput label="Value of the new tag" placeholder="Value" value={value} onChange={setValue} />
      <button type="submit" className="dz-add" disabled={key.trim() === ""}>
        Add
      </button>
    </form>
  );
}
