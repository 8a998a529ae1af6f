/** What starts the workflow besides a person: schedules, webhooks, queues, events. */
import { isObject, type Json, type JsonObject, own, withEntry, withoutEntry } from "../../../asl";
import { TRIGGER_TYPES, type TriggerType } from "../../../facts";
import { zones } from "../conditions/moments";
import { AddButton, Check, Field, NumberInput, Pick, Segments, TextButton, TextInput } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import { textOf } from "../inspector/useState";
import { editDocument } from "../store";
import { isSchedule, newTrigger, rateOf, rateText, TRIGGER_NAMES, UNITS } from "./triggers";

const ZONES = zones().map((each) => ({ value: each, label: each.replaceAll("_", " ") }));

export function Triggers({ triggers }: { triggers: readonly JsonObject[] }) {
  const write = (label: string, next: readonly JsonObject[], group = false): void =>
    editDocument(label, "triggers", next.length === 0 ? undefined : [...next], group);
  return (
    <>
      <p className="dz-quiet">Kept with the workflow and checked. This release does not listen to them yet.</p>
      {triggers.map((trigger, index) => (
        <Trigger
          // biome-ignore lint/suspicious/noArrayIndexKey: triggers have no identity but their place
          key={index}
          trigger={trigger}
          number={index + 1}
          onChange={(next) =>
            write(
              `Edit trigger ${index + 1}`,
              triggers.map((each, at) => (at === index ? next : each)),
              true,
            )
          }
          onRemove={() =>
            write(
              `Remove trigger ${index + 1}`,
              triggers.filter((_, at) => at !== index),
            )
          }
        />
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
};

interface TriggerProps {
  trigger: JsonObject;
  number: number;
  onChange: (trigger: JsonObject) => void;
  onRemove: () => void;
}

function Trigger({ trigger, number, onChange, onRemove }: TriggerProps) {
  const type = textOf(own(trigger, "type"));
  const set = (key: string, value: Json): void => onChange(withEntry(trigger, key, value));
  const text = TEXTS[type];
  const given = own(trigger, "input");
  return (
    <fieldset className="dz-card">
      <legend>{TRIGGER_NAMES[type as TriggerType] ?? `Trigger ${number}`}</legend>
      <span className="dz-card-tools">
        <TextButton label={`Remove trigger ${number}`} onClick={onRemove}>
          ✕
        </TextButton>
      </span>
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
            <TextButton label="Start with what arrived" onClick={() => onChange(withoutEntry(trigger, "input"))}>
              ✕
            </TextButton>
          }
        >
          <JsonInput label={`Input of trigger ${number}`} value={given} onChange={(value) => set("input", value)} />
        </Field>
      )}
    </fieldset>
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
          error={isSchedule(expression) ? null : "cron(…) has six fields."}
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
