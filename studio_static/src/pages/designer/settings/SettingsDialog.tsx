/**
 * What belongs to the workflow as a whole. Every change is a step of the history like any other edit; pausing alone is
 * no part of the draft and is done at once.
 */
import "./settings.css";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import { isObject, own } from "../../../asl";
import { Field, Part, Pick, TextInput } from "../forms/controls";
import { textOf } from "../inspector/useState";
import { documentOf, editDocument, useDesigner } from "../store";
import { AtMostOnce } from "./AtMostOnce";
import { InputSchema } from "./InputSchema";
import { Name } from "./Name";
import { Pausing } from "./Pausing";
import { Tags } from "./Tags";
import { Triggers } from "./triggers/Triggers";

export default function SettingsDialog({ onClose }: { onClose: () => void }) {
  const workflow = useDesigner((state) => state.workflow);
  if (workflow === null) return null;
  return (
    <Modal
      visible
      size="large"
      header="Workflow settings"
      onDismiss={onClose}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </Box>
      }
    >
      <div className="dz-settings stack">
        <Name workflow={workflow} />
        <Description />
        <Kind />
        <Tags />
        <SchemaPart />
        <BusinessKey />
        <TriggersPart workflow={workflow} onClose={onClose} />
        <AtMostOnce />
        <Pausing workflow={workflow} />
      </div>
    </Modal>
  );
}

function Description() {
  const description = useDesigner((state) => textOf(own(documentOf(state), "description")));
  return (
    <Field label="Description" hint="What it does, for the people who run it.">
      <TextInput
        lines={2}
        value={description}
        onChange={(text) => editDocument("Edit the description", "description", text === "" ? undefined : text, true)}
      />
    </Field>
  );
}

function Kind() {
  const kind = useDesigner((state) => textOf(own(documentOf(state), "kind")) || "STANDARD");
  return (
    <Field
      label="Kind"
      hint={
        kind === "EXPRESS"
          ? "At least once, at most 5 minutes: for many short runs whose steps may be repeated."
          : "Durable: every step is recorded, a run may take up to a year."
      }
    >
      <Pick
        value={kind}
        options={[
          { value: "STANDARD", label: "Standard" },
          { value: "EXPRESS", label: "Express" },
        ]}
        onChange={(next) => editDocument(`Make it ${next.toLowerCase()}`, "kind", next)}
      />
    </Field>
  );
}

function SchemaPart() {
  const schema = useDesigner((state) => own(documentOf(state), "input_schema"));
  const count = isObject(schema) && isObject(schema.properties) ? Object.keys(schema.properties).length : 0;
  const [wasGiven] = useState(schema !== undefined);
  return (
    <Part
      title="Input"
      summary={schema === undefined ? "any JSON" : `${count} ${count === 1 ? "field" : "fields"}`}
      open={wasGiven}
    >
      <InputSchema schema={schema} />
    </Part>
  );
}

function BusinessKey() {
  const key = useDesigner((state) => textOf(own(documentOf(state), "business_key")));
  const isWrong = key !== "" && !key.startsWith("$") && !(key.startsWith("{%") && key.endsWith("%}"));
  return (
    <Field
      label="Business key"
      hint="What names a run among others, such as $.orderId: runs are found by it."
      error={isWrong ? "A path that begins with $, or JSONata between {% and %}." : null}
    >
      <TextInput
        mono
        placeholder="$.orderId"
        value={key}
        onChange={(text) => editDocument("Edit the business key", "business_key", text === "" ? undefined : text, true)}
      />
    </Field>
  );
}

function TriggersPart({ workflow, onClose }: { workflow: string; onClose: () => void }) {
  const triggers = useDesigner((state) => own(documentOf(state), "triggers"));
  const count = Array.isArray(triggers) ? triggers.length : 0;
  const [wasGiven] = useState(count > 0);
  return (
    <Part
      title="Triggers"
      summary={count === 0 ? "none: started by people and the API" : String(count)}
      open={wasGiven}
    >
      <Triggers workflow={workflow} triggers={Array.isArray(triggers) ? triggers : []} onClose={onClose} />
    </Part>
  );
}
