/** What starts the workflow besides a person: schedules, webhooks, queues, events. */
import { isObject, type Json, type JsonObject, own, withEntry, withoutEntry } from "../../../asl";
import { TRIGGER_TYPES, type TriggerType } from "../../../facts";
import { ZONES } from "../conditions/moments";
import { cardsOf, type ItemCard } from "../forms/cards";
import { AddButton, Card, Check, Field, NumberInput, Pick, Segments, TextButton, TextInput } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import { textOf } from "../inspector/useState";
import { editDocument } from "../store";
import { isSchedule, newTrigger, rateOf, rateText, TRIGGER_NAMES, UNITS } from "./triggers";

export function Triggers({ triggers }: { triggers: readonly JsonObject[] }) {
  const write = (label: string, next: Json[], field?: string): void =>
    editDocument(label, "triggers", next.length === 0 ? undefined : next, field !== undefined);
  const cards = cardsOf(triggers, "trigger", write);
  return (
    <>
      <p className="dz-quiet">Kept with the workflow and checked. This release does not listen to them yet.</p>
      {cards.map((card) => (
        <Trigger key={card.number} {...card} />
      ))}
      <div className="dz-row">
        {TRIGGER_TYPES.map((type) => (
          <AddButton key={type} onClick={() => write(`Add a ${type} trigger`, [...triggers, newTrigger(type)])}>
            {TRIGGER_NAMES[type]}
          </AddButton>
        ))}
      </div>
    </>
  );
}

/** The one text that a trigger of its type has. */
const TEXTS: Readonly<Partial<Record<string, { field: string; label: string; hint: string }>>> = {
  webhook: { field: "path", label: "Last part of the address", hint: "Letters, digits and hyphens." },
  queue: { field: "queue", label: "Queue", hint: "The ARN of an SQS queue, or the name of a local one." },
  event: { field: "bus", label: "Bus", hint: "" },
  folder: { field: "folder", label: "Folder", hint: "Below AUTOMATE_FILE_ROOTS. Its pattern is in the source." },
  workflow_end: {
    field: "workflow",
    label: "Workflow",
    hint: "Another one's name; * is every other one. Statuses and errors are in the source.",
  },
  s3: { field: "bucket", label: "Bucket", hint: "Its prefix and suffix are in the source." },
};

function Trigger({ item: trigger, number, onChange, onRemove }: ItemCard) {
  const type = textOf(own(trigger, "type"));
  const set = (key: string, value: Json): void => onChange(withEntry(trigger, key, value), key);
  const text = TEXTS[type];
  const given = own(trigger, "input");
  return (
    <Card
      title={TRIGGER_NAMES[type as TriggerType] ?? `Trigger ${number}`}
      what={`trigger ${number}`}
      onRemove={onRemove}
    >
      {type === "schedule" && <Schedule trigger={trigger} set={set} />}
      {text !== undefined && (
        <Field label={text.label} hint={text.hint}>
          <TextInput mono value={textOf(own(trigger, text.field))} onChange={(value) => set(text.field, value)} />
        </Field>
      )}
      {type === "event" && (
        <Field label="Event pattern">
          <JsonInput
            label="Event pattern"
            value={own(trigger, "pattern") ?? {}}
            onChange={(value) => isObject(value) && set("pattern", value)}
          />
        </Field>
      )}
      <Check checked={own(trigger, "enabled") !== false} onChange={(on) => set("enabled", on)}>
        Switched on
      </Check>
      {given === undefined ? (
        <TextButton tone="accent" onClick={() => set("input", {})}>
          Start with a fixed input
        </TextButton>
      ) : (
        <Field
          label="Input"
          aside={
            <TextButton
              label="Start with what arrived"
              onClick={() => onChange(withoutEntry(trigger, "input"), "input")}
            >
              ✕
            </TextButton>
          }
        >
          <JsonInput label={`Input of trigger ${number}`} value={given} onChange={(value) => set("input", value)} />
        </Field>
      )}
    </Card>
  );
}

type Set = (key: string, value: Json) => void;

function Schedule({ trigger, set }: { trigger: JsonObject; set: Set }) {
  const expression = textOf(own(trigger, "expression"));
  const rate = rateOf(expression);
  return (
    <>
      <Segments
        label="Kind of schedule"
        value={rate === null ? "cron" : "rate"}
        options={[
          { value: "rate", label: "Every so often" },
          { value: "cron", label: "At set times" },
        ]}
        onChange={(kind) => set("expression", kind === "rate" ? rateText(1, "day") : "cron(0 6 * * ? *)")}
      />
      {rate !== null ? (
        <Field label="Every">
          <div className="dz-row">
            <NumberInput
              min={1}
              step={1}
              value={rate.count}
              onChange={(count) => set("expression", rateText(count ?? 1, rate.unit))}
            />
            <Pick
              label="Unit"
              value={rate.unit}
              options={UNITS.map((unit) => ({ value: unit, label: `${unit}s` }))}
              onChange={(unit) => set("expression", rateText(rate.count, unit))}
            />
          </div>
        </Field>
      ) : (
        <Field
          label="cron"
          hint="Minute, hour, day of month, month, day of week, year: cron(0 6 * * ? *) is six o'clock each day."
          error={isSchedule(expression) ? null : "Write cron(…) with six fields, or at(2027-01-31T06:00:00) for once."}
        >
          <TextInput mono value={expression} onChange={(value) => set("expression", value)} />
        </Field>
      )}
      <Field label="Time zone">
        <Pick
          value={textOf(own(trigger, "timezone")) || "UTC"}
          options={ZONES}
          onChange={(zone) => set("timezone", zone)}
        />
      </Field>
    </>
  );
}
