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
import { AddButton, Check, Field, NumberInput, Part, TextButton, TextInput } from "../forms/controls";
import { useDesigner } from "../store";
import { Target } from "./Target";
import { listOf, numberOf, type StateEditor, textOf } from "./useState";

export function Failures({ editor }: { editor: StateEditor }) {
  const { state, name, change } = editor;
  const retriers = listOf(state, "Retry");
  const catchers = listOf(state, "Catch");
  const write = (key: "Retry" | "Catch", label: string, items: JsonObject[], field?: string): void =>
    change(label, (old) => (items.length === 0 ? withoutEntry(old, key) : withEntry(old, key, items)), field);
  return (
    <Part title="When it fails" summary={summaryOf(retriers, catchers)} open={retriers.length + catchers.length > 0}>
      {retriers.map((retrier, index) => (
        <Retrier
          // biome-ignore lint/suspicious/noArrayIndexKey: retriers have no identity but their place
          key={index}
          retrier={retrier}
          number={index + 1}
          onChange={(next, field) =>
            write("Retry", `Edit retry of ${name}`, replaced(retriers, index, next), `Retry ${index} ${field}`)
          }
          onRemove={() =>
            write(
              "Retry",
              `Remove a retry of ${name}`,
              retriers.filter((_, at) => at !== index),
            )
          }
        />
      ))}
      {catchers.map((catcher, index) => (
        <Catcher
          // biome-ignore lint/suspicious/noArrayIndexKey: catchers have no identity but their place
          key={index}
          editor={editor}
          catcher={catcher}
          number={index + 1}
          onChange={(next, field) =>
            write("Catch", `Edit catch of ${name}`, replaced(catchers, index, next), `Catch ${index} ${field}`)
          }
          onRemove={() =>
            write(
              "Catch",
              `Remove a catch of ${name}`,
              catchers.filter((_, at) => at !== index),
            )
          }
        />
      ))}
      <div className="dz-row">
        <AddButton onClick={() => write("Retry", `Add a retry to ${name}`, [...retriers, firstRetrier(retriers)])}>
          Add a retry
        </AddButton>
        <AddButton
          onClick={() =>
            write("Catch", `Add a catch to ${name}`, [...catchers, { ErrorEquals: ["States.ALL"], Next: "" }])
          }
        >
          Add a catch
        </AddButton>
      </div>
    </Part>
  );
}

function replaced(items: readonly JsonObject[], index: number, next: JsonObject): JsonObject[] {
  return items.map((item, at) => (at === index ? next : item));
}

/** The standard retry; beside one that takes every error, one for a single error before it would never be reached. */
function firstRetrier(others: readonly JsonObject[]): JsonObject {
  return others.length === 0 ? STANDARD_RETRY : { ...STANDARD_RETRY, ErrorEquals: ["States.Timeout"] };
}

function summaryOf(retriers: readonly JsonObject[], catchers: readonly JsonObject[]): string {
  const parts = [
    ...retriers.map((retrier) => `again after ${retryTimetable(retrier)}`),
    ...catchers.map((each) => `${errorWords(each)} → ${textOf(own(each, "Next")) || "?"}`),
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

interface RetrierProps {
  retrier: JsonObject;
  number: number;
  onChange: (next: JsonObject, field: string) => void;
  onRemove: () => void;
}

function Retrier({ retrier, number, onChange, onRemove }: RetrierProps) {
  const set = (key: string, value: Json | undefined): void =>
    onChange(value === undefined || value === null ? withoutEntry(retrier, key) : withEntry(retrier, key, value), key);
  return (
    <fieldset className="dz-card">
      <legend>{`Retry ${number}`}</legend>
      <CardTools label={`Remove retry ${number}`} onRemove={onRemove} />
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
    </fieldset>
  );
}

interface CatcherProps {
  editor: StateEditor;
  catcher: JsonObject;
  number: number;
  onChange: (next: JsonObject, field: string) => void;
  onRemove: () => void;
}

function Catcher({ editor, catcher, number, onChange, onRemove }: CatcherProps) {
  const { pointer, language } = editor;
  return (
    <fieldset className="dz-card dz-card-error">
      <legend>{`Catch ${number}`}</legend>
      <CardTools label={`Remove catch ${number}`} onRemove={onRemove} />
      <Errors
        value={own(catcher, "ErrorEquals")}
        onChange={(value) => onChange(withEntry(catcher, "ErrorEquals", value), "ErrorEquals")}
      />
      <Field label="Then go to" required>
        <Target
          pointer={pointer}
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
    </fieldset>
  );
}

function CardTools({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <span className="dz-card-tools">
      <TextButton label={label} onClick={onRemove}>
        ✕
      </TextButton>
    </span>
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
        <div className="dz-chips">
          {names.map((name) => (
            <span key={name} className="dz-chip">
              {name === "States.ALL" ? "any error" : name}
              <button
                type="button"
                aria-label={`Remove ${name}`}
                onClick={() => onChange(names.filter((other) => other !== name))}
              >
                ✕
              </button>
            </span>
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
