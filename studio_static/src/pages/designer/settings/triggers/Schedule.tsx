/** When a schedule comes: how often or at which times, by whose clocks, from when to when; and its next ten times. */
import type { ScheduleTimes } from "../../../../api/schema";
import { own } from "../../../../asl";
import { ZONES } from "../../conditions/moments";
import { Field, NumberInput, Part, Pick, Segments, TextInput } from "../../forms/controls";
import { textOf } from "../../inspector/useState";
import { useDesigner } from "../../store";
import { isSchedule, rateOf, rateText, UNITS } from "./model";
import type { TriggerPart } from "./part";

export function Schedule({ trigger, set, faults, index }: TriggerPart & { index: number }) {
  const expression = textOf(own(trigger, "expression"));
  const rate = rateOf(expression);
  const said = faults("expression");
  const times = useDesigner((state) => state.schedules.find(({ location }) => location === `/triggers/${index}`));
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
        <Field label="Every" error={said.error} hint={said.warning}>
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
          hint={
            said.warning ??
            "Minute, hour, day of month, month, day of week, year: cron(0 6 * * ? *) is six o'clock each day."
          }
          error={said.error ?? (isSchedule(expression) ? null : WRITE)}
        >
          <TextInput mono value={expression} onChange={(value) => set("expression", value)} />
        </Field>
      )}
      <Field label="Time zone" error={faults("timezone").error}>
        <Pick
          value={textOf(own(trigger, "timezone")) || "UTC"}
          options={ZONES}
          onChange={(zone) => set("timezone", zone)}
        />
      </Field>
      {times !== undefined && <NextTimes {...times} />}
      <Bounds trigger={trigger} set={set} faults={faults} />
    </>
  );
}

const WRITE = "Write cron(…) with six fields, or at(2027-01-31T06:00:00) for once.";

/** As the clocks of its zone show them. */
function NextTimes({ times, timezone, skipped }: ScheduleTimes) {
  if (times.length === 0) return <p className="dz-quiet warn">It does not come any more.</p>;
  return (
    <section className="dz-times" aria-label="Next times">
      <p className="size-12 medium soft">{`Comes next, in ${timezone.replaceAll("_", " ")}`}</p>
      <ol className="plain-list tabular size-12">
        {times.map(({ local, at, twice }) => (
          <li key={local} title={at === null ? undefined : `${at} UTC`}>
            {minuteOf(local)}
            {twice && <span className="dim"> the first of two</span>}
          </li>
        ))}
      </ol>
      {skipped.length > 0 && (
        <p className="dz-quiet">{`Left out, for the clocks skip it: ${skipped.map(minuteOf).join(", ")}`}</p>
      )}
    </section>
  );
}

/** "2027-01-31 06:00", with what else tells two times apart: the seconds, where there are some. */
function minuteOf(local: string): string {
  const text = local.slice(0, 19).replace("T", " ");
  return text.endsWith(":00") ? text.slice(0, -3) : text;
}

const MISSED = [
  { value: "skip", label: "Start none" },
  { value: "one", label: "Start the last, once" },
  { value: "all", label: "Start each of the last …" },
];

function Bounds({ trigger, set, faults }: Omit<TriggerPart, "workflow">) {
  const missed = textOf(own(trigger, "missed")) || "one";
  const fields = ["start", "end", "window_minutes", "missed", "most_missed"];
  const isGiven = fields.some((field) => own(trigger, field) !== undefined);
  const isWrong = fields.some((field) => faults(field).error !== null);
  const text = (field: string) => textOf(own(trigger, field));
  const number = (field: string) => {
    const value = own(trigger, field);
    return typeof value === "number" ? value : null;
  };
  return (
    <Part title="Start, end, missed times" summary={isGiven ? "as given" : "none missed but the last"} open={isWrong}>
      {(["start", "end"] as const).map((field) => (
        <Field
          key={field}
          label={field === "start" ? "Not before" : "Not after"}
          error={faults(field).error}
          hint="2027-01-31T06:00:00, by the clocks of its time zone."
        >
          <TextInput mono value={text(field)} onChange={(value) => set(field, value === "" ? undefined : value)} />
        </Field>
      ))}
      <Field
        label="Within"
        error={faults("window_minutes").error}
        hint="It starts at some second of so many minutes from its time on. Empty: at its time."
      >
        <NumberInput
          min={0}
          max={1440}
          step={1}
          unit="minutes"
          value={number("window_minutes")}
          onChange={(value) => set("window_minutes", value ?? undefined)}
        />
      </Field>
      <Field label="Of times that were missed" error={faults("missed").error}>
        <Pick value={missed} options={MISSED} onChange={(value) => set("missed", value)} />
      </Field>
      {missed === "all" && (
        <Field label="At most" error={faults("most_missed").error}>
          <NumberInput
            min={1}
            max={1000}
            step={1}
            placeholder="10"
            unit="times"
            value={number("most_missed")}
            onChange={(value) => set("most_missed", value ?? undefined)}
          />
        </Field>
      )}
    </Part>
  );
}
