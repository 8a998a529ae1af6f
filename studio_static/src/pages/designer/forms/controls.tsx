/** The small controls of the inspector's forms: native elements, dense, with their label, hint and error tied to them. */
import "./controls.css";
import { type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  /** Says what it means; under the control. */
  hint?: ReactNode;
  error?: string | null;
  required?: boolean;
  /** At the right of the label: toggles, a remove button. */
  aside?: ReactNode;
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode;
}

export function Field({ label, hint, error, required = false, aside, children }: FieldProps) {
  const id = useId();
  const hasText = Boolean(hint) || Boolean(error);
  return (
    <div className="dz-field">
      <div className="dz-field-head">
        <label htmlFor={id}>
          {label}
          {required && (
            <span className="dz-required" title="Required">
              <span aria-hidden="true">*</span>
              <span className="visually-hidden"> required</span>
            </span>
          )}
        </label>
        {aside && <span className="dz-field-aside">{aside}</span>}
      </div>
      {children({ id, describedBy: hasText ? `${id}-text` : undefined, invalid: Boolean(error) })}
      {hasText && (
        <div id={`${id}-text`} className="dz-field-text">
          {error && <span className="dz-error">{error}</span>}
          {error && hint ? " " : null}
          {hint}
        </div>
      )}
    </div>
  );
}

interface TextProps {
  id?: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  label?: string;
  placeholder?: string;
  mono?: boolean;
  lines?: number;
  invalid?: boolean;
  describedBy?: string | undefined;
  list?: readonly string[];
}

export function TextInput({ value, onChange, label, mono, lines, invalid, describedBy, list, ...rest }: TextProps) {
  const listId = useId();
  const common = {
    className: mono ? "dz-input mono" : "dz-input",
    value,
    "aria-label": label,
    "aria-invalid": invalid || undefined,
    "aria-describedby": describedBy,
    spellCheck: false,
    ...rest,
  };
  if (lines !== undefined && lines > 1) {
    return <textarea {...common} rows={lines} onChange={(event) => onChange(event.target.value)} />;
  }
  return (
    <>
      <input
        {...common}
        list={list ? listId : undefined}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
      {list && (
        <datalist id={listId}>
          {list.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </>
  );
}

interface NumberProps {
  id?: string;
  value: number | null;
  onChange: (value: number | null) => void;
  label?: string;
  placeholder?: string;
  min?: number;
  max?: number;
  step?: number | "any";
  unit?: string;
  invalid?: boolean;
  describedBy?: string | undefined;
}

/** A number; empty is null. */
export function NumberInput({
  value,
  onChange,
  label,
  unit,
  invalid,
  describedBy,
  step = "any",
  ...rest
}: NumberProps) {
  return (
    <span className="dz-number">
      <input
        {...rest}
        className="dz-input tabular"
        type="number"
        step={step}
        value={value ?? ""}
        aria-label={label}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        onChange={(event) => {
          const { value: text } = event.target;
          onChange(text === "" || Number.isNaN(Number(text)) ? null : Number(text));
        }}
      />
      {unit && <span className="dz-unit">{unit}</span>}
    </span>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

interface PickProps {
  id?: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  label?: string;
  /** Shown for "": nothing is chosen. */
  empty?: string;
  invalid?: boolean;
  describedBy?: string | undefined;
}

export function Pick({ value, options, onChange, label, empty, invalid, describedBy, id }: PickProps) {
  const isKnown = value === "" || options.some((option) => option.value === value);
  return (
    <select
      id={id}
      className="dz-input dz-select"
      value={value}
      aria-label={label}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.target.value)}
    >
      {(empty !== undefined || value === "") && <option value="">{empty ?? "Choose…"}</option>}
      {!isKnown && <option value={value}>{`${value} (not there)`}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

interface SegmentsProps<T extends string> {
  value: T;
  options: readonly { value: T; label: string; title?: string }[];
  onChange: (value: T) => void;
  label: string;
}

/** One of a few, side by side. */
export function Segments<T extends string>({ value, options, onChange, label }: SegmentsProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out within a line of text
    <span className="dz-segments" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          title={option.title}
          onClick={() => option.value !== value && onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </span>
  );
}

interface CheckProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}

export function Check({ checked, onChange, children }: CheckProps) {
  return (
    <label className="dz-check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}

interface TextButtonProps {
  onClick: () => void;
  children: ReactNode;
  label?: string;
  tone?: "plain" | "danger";
  disabled?: boolean;
}

export function TextButton({ onClick, children, label, tone = "plain", disabled }: TextButtonProps) {
  return (
    <button
      type="button"
      className={`dz-text-button dz-${tone}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** A part of a form that opens and closes; closed where it has nothing to say. */
export function Part({
  title,
  summary,
  open,
  children,
}: {
  title: string;
  summary?: string;
  open?: boolean;
  children: ReactNode;
}) {
  return (
    <details className="dz-part" open={open}>
      <summary>
        <span className="dz-part-title">{title}</span>
        {summary && <span className="dz-part-summary">{summary}</span>}
      </summary>
      <div className="dz-part-body">{children}</div>
    </details>
  );
}
