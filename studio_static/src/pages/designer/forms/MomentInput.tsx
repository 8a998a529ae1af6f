/** A moment by its date, its time and its time zone. */
import { useState } from "react";
import { momentOf, offsetOf, partsOf, ZONES } from "../conditions/moments";
import { Pick, useTies } from "./controls";

interface MomentInputProps {
  value: string;
  onChange: (value: string) => void;
  /** What it is of, where no Field around it says so. */
  of?: string;
}

export function MomentInput({ value, onChange, of }: MomentInputProps) {
  const parts = partsOf(value);
  const ties = useTies(of);
  const label = (what: string): string => (of === undefined ? what : `${what} for ${of}`);
  const [zone, setZone] = useState<string | null>(null);
  const fits = zone !== null && parts.date !== "" && offsetOf(zone, parts.date, parts.time) === parts.offset;
  const shown = fits && zone !== null ? zone : parts.offset === "Z" ? (zone ?? "UTC") : parts.offset;
  const isZone = ZONES.some((each) => each.value === shown);
  const set = (next: Partial<typeof parts>, inZone: string | null): void => {
    const whole = { ...parts, ...next };
    const offset = inZone !== null && whole.date !== "" ? offsetOf(inZone, whole.date, whole.time) : whole.offset;
    onChange(momentOf({ ...whole, offset }));
  };
  const kept = fits ? zone : null;
  return (
    <span className="dz-moment flex wraps gap-6">
      <input
        {...ties}
        className="dz-input"
        type="date"
        aria-label={of === undefined ? undefined : label("Date")}
        value={parts.date}
        onChange={(event) => set({ date: event.target.value }, kept ?? zone)}
      />
      <input
        className="dz-input"
        type="time"
        step={1}
        aria-label={label("Time")}
        value={parts.time}
        onChange={(event) => set({ time: event.target.value }, kept)}
      />
      <Pick
        label={label("Time zone")}
        value={shown}
        options={isZone ? ZONES : [{ value: shown, label: `UTC${shown}` }, ...ZONES]}
        onChange={(next) => {
          setZone(next);
          set({}, ZONES.some((each) => each.value === next) ? next : null);
        }}
      />
    </span>
  );
}
