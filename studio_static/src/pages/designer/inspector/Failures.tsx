/** What a state does when it fails: retries as a timetable, then catchers in their order. */
import {
  errorWords,
  type Json,
  type JsonObject,
  own,
  retryTimetable,
  STANDARD_RETRY,
  withEntry,
  withoutEntry,
} from "../../../asl";
import { ERROR_NAMES, RETRY_DEFAULTS } from "../../../facts";
import { connectorErrors } from "../completion/complete";
import type { ItemCard } from "../forms/cards";
import { AddButton, Card, Check, Chip, Field, NumberInput, Part, TextInput } from "../forms/controls";
import { useDesigner } from "../store";
import { Target } from "./Target";
import { listOf, numberOf, type StateEditor, textOf } from "./useState";

export function Failures({ editor }: { editor: StateEditor }) {
  const retriers = listOf(editor, "Retry", "retry");
  const catchers = listOf(editor, "Catch", "catch");
  const summary = summaryOf(retriers.cards, catchers.cards);
  return (
    <Part title="When it fails" summary={summary} open={retriers.cards.length + catchers.cards.length > 0}>
      {retriers.cards.map((card) => (
        <Retrier key={card.number} {...card} />
      ))}
      {catchers.cards.map((card) => (
        <Catcher key={card.number} {...card} editor={editor} />
      ))}
      <div className="dz-row">
        <AddButton onClick={() => retriers.add(firstRetrier(retriers.cards.length))}>Add a retry</AddButton>
        <AddButton onClick={() => catchers.add({ ErrorEquals: ["States.ALL"], Next: "" })}>Add a catch</AddButton>
      </div>
    </Part>
  );
}

/** The standard retry; beside one that takes every error, one for a single error before it would never be reached. */
function firstRetrier(others: number): JsonObject {
  return others === 0 ? STANDARD_RETRY : { ...STANDARD_RETRY, ErrorEquals: ["States.Timeout"] };
}

function summaryOf(retriers: readonly ItemCard[], catchers: readonly ItemCard[]): string {
  const parts = [
    ...retriers.map(({ item }) => `again after ${retryTimetable(item)}`),
    ...catchers.map(({ item }) => `${errorWords(item)} → ${textOf(own(item, "Next")) || "?"}`),
  ];
  return parts.length === 0 ? "the execution fails" : parts.join(" · ");
}

const { IntervalSeconds, BackoffRate, MaxAttempts } = RETRY_DEFAULTS;
const NUMBERS = [
  { field: "IntervalSeconds", label: "First after", unit: "s", min: 1, step: 1, usual: `${IntervalSeconds}` },
  { field: "BackoffRate", label: "Then times", unit: "×", min: 1, step: "any", usual: `${BackoffRate}` },
  { field: "MaxAttempts", label: "At most", unit: "times", min: 0, step: 1, usual: `${MaxAttempts}` },
  { field: "MaxDelaySeconds", label: "Longest wait", unit: "s", min: 1, step: 1, usual: "" },
] as const;

function Retrier({ item: retrier, number, onChange, onRemove }: ItemCard) {
  const set = (key: string, value: Json | undefined): void =>
    onChange(value === undefined || value === null ? withoutEntry(retrier, key) : withEntry(retrier, key, value), key);
  return (
    <Card title={`Retry ${number}`} what={`retry ${number}`} onRemove={onRemove}>
      <Errors value={own(retrier, "ErrorEquals")} onChange={(value) => set("ErrorEquals", value)} />
      <div className="dz-grid">
        {NUMBERS.map(({ field, label, unit, min, step, usual }) => (
          <Field key={field} label={label}>
            <NumberInput
              min={min}
              step={step}
              unit={unit}
              placeholder={usual}
              value={numberOf(own(retrier, field))}
              onChange={(value) => set(field, value)}
            />
          </Field>
        ))}
      </div>
      <Check
        checked={own(retrier, "JitterStrategy") === "FULL"}
        onChange={(on) => set("JitterStrategy", on ? "FULL" : undefined)}
      >
        Spread the waits at random (jitter)
      </Check>
      <p className="dz-timetable tabular">
        <span>Tried again after</span> <strong>{retryTimetable(retrier)}</strong>
      </p>
    </Card>
  );
}

function Catcher({ editor, item: catcher, number, onChange, onRemove }: ItemCard & { editor: StateEditor }) {
  const { pointer, language } = editor;
  return (
    <Card title={`Catch ${number}`} what={`catch ${number}`} isError onRemove={onRemove}>
      <Errors
        value={own(catcher, "ErrorEquals")}
        onChange={(value) => onChange(withEntry(catcher, "ErrorEquals", value), "ErrorEquals")}
      />
      <Field label="Then go to" required>
        <Target
          pointer={pointer}
          port={`catch/${number - 1}`}
          label="Then go to"
          value={textOf(own(catcher, "Next"))}
          empty="Choose a state…"
          onChange={(next) => onChange(withEntry(catcher, "Next", next), "Next")}
        />
      </Field>
      {language === "JSONPath" && (
        <Field label="Put the error at" hint="A path, such as $.error. Empty: the error replaces the input.">
          <TextInput
            mono
            placeholder="$"
            value={textOf(own(catcher, "ResultPath"))}
            onChange={(value) =>
              onChange(
                value === "" ? withoutEntry(catcher, "ResultPath") : withEntry(catcher, "ResultPath", value),
                "ResultPath",
              )
            }
          />
        </Field>
      )}
    </Card>
  );
}

function Errors({ value, onChange }: { value: Json | undefined; onChange: (value: Json) => void }) {
  const connectors = useDesigner((state) => state.connectors);
  const names = Array.isArray(value) ? value.filter((name): name is string => typeof name === "string") : [];
  const add = (name: string): void => {
    if (name.trim() !== "" && !names.includes(name.trim())) onChange([...names, name.trim()]);
  };
  return (
    <Field label="Errors" required>
      {(ties) => (
        <div className="dz-chips row wraps gap-6">
          {names.map((name) => (
            <Chip
              key={name}
              label={`Remove ${name}`}
              onRemove={() => onChange(names.filter((other) => other !== name))}
            >
              {name === "States.ALL" ? "any error" : name}
            </Chip>
          ))}
          <select
            {...ties}
            className="dz-input dz-select dz-chip-add"
            value=""
            onChange={(event) => add(event.target.value)}
          >
            <option value="">Add…</option>
            {[...new Set([...ERROR_NAMES, ...connectorErrors(connectors)])]
              .filter((name) => !names.includes(name))
              .map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
          </select>
        </div>
      )}
    </Field>
  );
}
