/** Fields of filters that live in the address. */
import "./filters.css";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useEffect, useState } from "react";

const TYPING_MS = 350;

interface TypedFilterProps {
  label: string;
  value: string;
  placeholder: string;
  onTyped: (value: string) => void;
}

/** Asked for once typing pauses, so that each letter is not a request. */
export function TypedFilter({ label, value, placeholder, onTyped }: TypedFilterProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => onTyped(text.trim()), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text, value, onTyped]);
  return (
    <FormField label={label}>
      <Input
        value={text}
        placeholder={placeholder}
        onChange={({ detail }) => setText(detail.value)}
        spellcheck={false}
      />
    </FormField>
  );
}

interface MomentFilterProps {
  label: string;
  /** An ISO time in UTC, or "". */
  value: string;
  onChange: (value: string) => void;
}

/** The browser's own picker of a date and a time. */
export function MomentFilter({ label, value, onChange }: MomentFilterProps) {
  return (
    <label className="moment">
      <span>{label}</span>
      <input
        type="datetime-local"
        value={pickerText(value)}
        onChange={(event) => onChange(momentOf(event.target.value))}
      />
    </label>
  );
}

/** "2026-11-24T14:00" of the picker, as an ISO time in UTC; "" stays. */
export function momentOf(text: string): string {
  return text === "" ? "" : `${text.length === 16 ? `${text}:00` : text}Z`;
}

/** The other way: to the second, which is what the picker shows; nothing for what is no such time. */
export function pickerText(iso: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(iso)) return "";
  return iso.replace(/(:00)?(\.\d+)?Z$/, "");
}
