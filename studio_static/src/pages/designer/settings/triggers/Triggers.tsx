/** What starts the workflow besides a person: schedules, webhooks, queues, events. They listen once it is published. */
import { useEffect, useRef, useState } from "react";
import { isObject, type Json, own, withEntry, withoutEntry } from "../../../../asl";
import { TRIGGER_TYPES } from "../../../../facts";
import { typeLook } from "../../../triggers/words";
import { cardsOf, type ItemCard } from "../../forms/cards";
import { AddButton, Card, Check, Field, Part, TextButton, TextInput } from "../../forms/controls";
import { JsonInput } from "../../forms/JsonInput";
import { textOf } from "../../inspector/useState";
import { documentOf, editDocument, kindOf, useDesigner } from "../../store";
import { DayOfDeliveries } from "./DayOfDeliveries";
import { faultsOf } from "./faults";
import { nameOf, newTrigger } from "./model";
import type { SetField, TriggerPart } from "./part";
import { Said } from "./Said";
import { Schedule } from "./Schedule";
import { Webhook } from "./Webhook";
import { When } from "./When";
import { WorkflowEnd } from "./WorkflowEnd";

interface TriggersProps {
  workflow: string;
  triggers: readonly Json[];
  /** Closes the settings: something else is shown. */
  onClose: () => void;
}

export function Triggers({ workflow, triggers, onClose }: TriggersProps) {
  const write = (label: string, next: Json[], field?: string): void =>
    editDocument(label, "triggers", next.length === 0 ? undefined : next, field !== undefined);
  const cards = cardsOf(triggers, "trigger", write);
  const room = useRef<HTMLDivElement>(null);
  const [added, setAdded] = useState(0);
  // A new one is filled in next: its form stands above the buttons, and may be out of sight.
  useEffect(() => {
    if (added === 0) return;
    const card = room.current?.querySelector(":scope > fieldset:last-of-type");
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, [added]);
  return (
    <div ref={room}>
      <p className="dz-quiet">Those of the active version listen, from the moment when it is published.</p>
      {cards.map((card) => (
        <Trigger key={card.number} {...card} workflow={workflow} onClose={onClose} />
      ))}
      <div className="dz-row">
        {TRIGGER_TYPES.map((type) => (
          <AddButton
            key={type}
            onClick={() => {
              write(`Add a ${type} trigger`, [...triggers, newTrigger(type, triggers)]);
              setAdded(triggers.length + 1);
            }}
          >
            {typeLook(type).word}
          </AddButton>
        ))}
      </div>
    </div>
  );
}

/** Where a fault of the engine can be said. */
const COMMON = ["name", "when", "dedupe_key", "input"];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  schedule: ["expression", "timezone", "start", "end", "window_minutes", "missed", "most_missed"],
  webhook: ["path", "auth", "auth/secrets", "auth/header", "auth/timestamp_header", "auth/tolerance_seconds", "answer"],
  queue: ["queue"],
  form: ["title", "description", "public"],
  folder: ["folder", "pattern"],
  s3: ["bucket", "prefix", "suffix"],
  event: ["pattern", "bus"],
  workflow_end: ["workflow", "statuses", "errors"],
};

function Trigger({ item, number, onChange, onRemove, workflow, onClose }: ItemCard & Omit<TriggersProps, "triggers">) {
  const findings = useDesigner((state) => state.findings);
  const isPublished = useDesigner((state) => state.activeVersion !== null);
  const type = textOf(own(item, "type"));
  const kind = useDesigner((state) => kindOf(documentOf(state)));
  const known = FIELDS[type];
  const faults = faultsOf(findings, number - 1, known === undefined ? [] : [...COMMON, ...known]);
  const set: SetField = (field, value) =>
    onChange(value === undefined ? withoutEntry(item, field) : withEntry(item, field, value), field);
  const part = { workflow, trigger: item, set, faults };
  const name = nameOf(item);
  return (
    <Card
      title={type === "" ? `Trigger ${number}` : `${typeLook(type).word}: ${name}`}
      what={`trigger ${number}`}
      isError={faults("").error !== null}
      onRemove={onRemove}
    >
      <Said {...faults("")} />
      {known === undefined ? (
        <Field label="The trigger as JSON">
          <JsonInput
            label={`Trigger ${number}`}
            value={item}
            onChange={(next) => isObject(next) && onChange(next, "")}
          />
        </Field>
      ) : (
        <>
          <Name {...part} type={type} />
          {type === "schedule" && <Schedule {...part} index={number - 1} />}
          {type === "webhook" && <Webhook {...part} kind={kind} />}
          <Texts {...part} fields={TEXTS[type] ?? []} />
          {type === "form" && <Public {...part} number={number} />}
          {type === "event" && <Event {...part} />}
          {type === "workflow_end" && <WorkflowEnd {...part} />}
          <When {...part} number={number} />
          <KeyAndInput {...part} number={number} />
        </>
      )}
      <Check checked={own(item, "enabled") !== false} onChange={(on) => set("enabled", on ? undefined : false)}>
        Switched on
      </Check>
      {isPublished && <DayOfDeliveries workflow={workflow} trigger={name} onClose={onClose} />}
    </Card>
  );
}

function Name({ trigger, set, faults, type }: TriggerPart & { type: string }) {
  const { error } = faults("name");
  return (
    <Field label="Name" error={error} hint="Its executions are named after it, and its deliveries are found by it.">
      <TextInput
        mono
        placeholder={type}
        value={textOf(own(trigger, "name"))}
        onChange={(name) => set("name", name === "" ? undefined : name)}
      />
    </Field>
  );
}

interface TextField {
  field: string;
  label: string;
  hint?: string;
  placeholder?: string;
  /** Taken out where it is empty. */
  optional?: boolean;
}

/** The texts that a trigger of its type has. */
const TEXTS: Readonly<Record<string, readonly TextField[]>> = {
  queue: [{ field: "queue", label: "Queue", hint: "The ARN of an SQS queue, or the name of a local one." }],
  folder: [
    { field: "folder", label: "Folder", hint: "A folder of this machine, below one of AUTOMATE_FILE_ROOTS." },
    {
      field: "pattern",
      label: "Names of files",
      placeholder: "*",
      hint: "* is any characters, ? is one.",
      optional: true,
    },
  ],
  s3: [
    { field: "bucket", label: "Bucket" },
    { field: "prefix", label: "Keys that begin with", optional: true },
    { field: "suffix", label: "Keys that end with", optional: true },
  ],
  form: [
    { field: "title", label: "Title", hint: "Empty: the input schema's.", optional: true },
    { field: "description", label: "Below the title", hint: "Empty: the input schema's.", optional: true },
  ],
};

function Texts({ trigger, set, faults, fields }: TriggerPart & { fields: readonly TextField[] }) {
  return fields.map(({ field, label, hint, placeholder = "", optional }) => (
    <Field key={field} label={label} error={faults(field).error} hint={hint}>
      <TextInput
        mono
        placeholder={placeholder}
        value={textOf(own(trigger, field))}
        onChange={(value) => set(field, value === "" && optional ? undefined : value)}
      />
    </Field>
  ));
}

/** Whether anybody who has a link may submit a form, and until when and how often. */
function Public({ trigger, set, faults, number }: TriggerPart & { number: number }) {
  const given = own(trigger, "public");
  return (
    <>
      <Check
        checked={isObject(given)}
        onChange={(on) => set("public", on ? { expires: inAMonth(), most: 100 } : undefined)}
      >
        Public: a link opens it to anybody, until it expires
      </Check>
      {isObject(given) && (
        <Field label="Until when, and how often" error={faults("public").error}>
          <JsonInput
            label={`Who may submit the form of trigger ${number}`}
            value={given}
            onChange={(next) => isObject(next) && set("public", next)}
          />
        </Field>
      )}
    </>
  );
}

const inAMonth = (): string => `${new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19)}Z`;

function Event({ trigger, set, faults }: TriggerPart) {
  const pattern = faults("pattern");
  return (
    <>
      <Field label="Bus" error={faults("bus").error}>
        <TextInput
          mono
          placeholder="default"
          value={textOf(own(trigger, "bus"))}
          onChange={(value) => set("bus", value === "" ? undefined : value)}
        />
      </Field>
      <Field label="Event pattern" error={pattern.error} hint={pattern.warning}>
        <JsonInput
          label="Event pattern"
          value={own(trigger, "pattern") ?? {}}
          onChange={(value) => isObject(value) && set("pattern", value)}
        />
      </Field>
    </>
  );
}

function KeyAndInput({ trigger, set, faults, number }: TriggerPart & { number: number }) {
  const given = own(trigger, "input");
  const key = textOf(own(trigger, "dedupe_key"));
  const wrong = [faults("dedupe_key").error, faults("input").error];
  const summary = [
    key === "" ? "the source's own key" : `key ${key}`,
    given === undefined ? "starts with what arrived" : "an input of its own",
  ].join(", ");
  return (
    <Part title="Key and input" summary={summary} open={wrong.some((each) => each !== null)}>
      <Field
        label="Key"
        error={wrong[0] ?? null}
        hint="What arrives twice under one key starts one execution: JSONata in {% %}, or a path. Empty: the source's own."
      >
        <TextInput
          mono
          placeholder="{% $states.input.id %}"
          value={key}
          onChange={(value) => set("dedupe_key", value === "" ? undefined : value)}
        />
      </Field>
      {given === undefined ? (
        <TextButton tone="accent" onClick={() => set("input", {})}>
          Start with an input of its own
        </TextButton>
      ) : (
        <Field
          label="Input"
          error={wrong[1] ?? null}
          hint="A template: expressions see what arrived as $states.input, and how as $states.context.Trigger."
          aside={
            <TextButton label="Start with what arrived" onClick={() => set("input", undefined)}>
              ✕
            </TextButton>
          }
        >
          <JsonInput label={`Input of trigger ${number}`} value={given} onChange={(value) => set("input", value)} />
        </Field>
      )}
    </Part>
  );
}
