/** The small controls of the inspector's forms: native elements, dense, with their label, hint and error tied to them. */
import "./controls.css";
import { type ComponentProps, createContext, type ReactNode, useContext, useId, useState } from "react";

/** What ties a control to the Field around it. */
interface Ties {
  readonly id?: string | undefined;
  readonly "aria-describedby"?: string | undefined;
  readonly "aria-invalid"?: true | undefined;
}

const TiesContext = createContext<Ties>({});

/** The Field's for its control; one with a `label` of its own beside it has none. */
export function useTies(label?: string): Ties {
  const ties = useContext(TiesContext);
  return label === undefined ? ties : {};
}

interface FieldProps {
  label: string;
  /** Says what it means; under the control. */
  hint?: ReactNode;
  error?: string | null;
  required?: boolean;
  /** What of the state it is about: a problem and a to-do lead there by this name. */
  at?: string;
  /** At the right of the label: toggles, a remove button. */
  aside?: ReactNode;
  /** The control, or what makes it of its ties where it is none of this module. */
  children: ReactNode | ((ties: Ties) => ReactNode);
}

export function Field({ label, hint, error, required = false, at, aside, children }: FieldProps) {
  const id = useId();
  const hasText = Boolean(hint) || Boolean(error);
  const ties: Ties = {
    id,
    "aria-describedby": hasText ? `${id}-text` : undefined,
    "aria-invalid": error ? true : undefined,
  };
  return (
    <div className="dz-field may-narrow" data-at={at}>
      <div className="dz-field-head row gap-8">
        <label htmlFor={id}>
          {label}
          {required && (
            <span className="dz-required" title="Required">
              <span aria-hidden="true">*</span>
              <span className="visually-hidden"> required</span>
            </span>
          )}
        </label>
        {aside && <span className="row firm gap-4">{aside}</span>}
      </div>
      <TiesContext value={ties}>{typeof children === "function" ? children(ties) : children}</TiesContext>
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
  value: string;
  onChange: (value: string) => void;
  label?: string;
  placeholder?: string;
  mono?: boolean;
  lines?: number;
  list?: readonly string[];
  onBlur?: () => void;
}

export function TextInput({ value, onChange, label, mono, lines, list, ...rest }: TextProps) {
  const listId = useId();
  const common = {
    className: mono ? "dz-input mono" : "dz-input",
    value,
    "aria-label": label,
    spellCheck: false,
    ...useTies(label),
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
  value: number | null;
  onChange: (value: number | null) => void;
  placeholder?: string;
  min?: number;
  max?: number;
  step?: number | "any";
  unit?: string;
}

/** A number; empty is null. */
export function NumberInput({ value, onChange, unit, step = "any", ...rest }: NumberProps) {
  return (
    <span className="row gap-6">
      <input
        {...useTies()}
        {...rest}
        className="dz-input tabular"
        type="number"
        step={step}
        value={value ?? ""}
        onChange={(event) => {
          const { value: text } = event.target;
          onChange(text === "" || Number.isNaN(Number(text)) ? null : Number(text));
        }}
      />
      {unit && <span className="firm size-12 dim">{unit}</span>}
    </span>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

interface PickProps {
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  label?: string;
  /** Shown for "": nothing is chosen. */
  empty?: string | undefined;
  /** The Field's, although it has a label of its own. */
  ties?: Ties;
}

/** A longer list is in the page only once somebody turns to the field. */
const MOST_OPTIONS = 600;

export function Pick({ value, options, onChange, label, empty, ties }: PickProps) {
  const fields = useTies(label);
  const [isTurnedTo, setTurnedTo] = useState(false);
  const turnTo = (): void => setTurnedTo(true);
  const offered =
    isTurnedTo || options.length <= MOST_OPTIONS ? options : options.filter((option) => option.value === value);
  const isKnown = value === "" || options.some((option) => option.value === value);
  return (
    <select
      {...(ties ?? fields)}
      className="dz-input dz-select"
      value={value}
      aria-label={label}
      onPointerDown={turnTo}
      onFocus={turnTo}
      onChange={(event) => onChange(event.target.value)}
    >
      {(empty !== undefined || value === "") && <option value="">{empty ?? "Choose…"}</option>}
      {!isKnown && <option value={value}>{`${value} (not there)`}</option>}
      {offered.map((option) => (
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
    <span className="dz-segments firm framed on-panel" role="group" aria-label={label}>
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
    <label className="dz-check flex gap-8 text-13">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}

interface TextButtonProps extends Omit<ComponentProps<"button">, "type" | "className"> {
  /** What it does, where its text is only a sign. */
  label?: string;
  tone?: "plain" | "accent" | "danger" | "copilot";
  /** Its place in a grid. */
  place?: string;
}

export function TextButton({ label, tone = "plain", place = "", ...rest }: TextButtonProps) {
  return (
    <button type="button" className={`dz-text-button dz-${tone} ${place}`} aria-label={label} title={label} {...rest} />
  );
}

/** Adds one more, or does what stands on it. */
export function AddButton(props: Omit<ComponentProps<"button">, "type" | "className">) {
  return <button type="button" className="dz-add" {...props} />;
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
        <span className="firm size-13 medium">{title}</span>
        {summary && <span className="one-line dz-part-summary may-narrow size-12 dim">{summary}</span>}
      </summary>
      <div className="dz-part-body stack gap-12">{children}</div>
    </details>
  );
}

interface CardProps {
  title: string;
  /** What its buttons act on: "retry 1". */
  what: string;
  isError?: boolean;
  onRemove: () => void;
  /** Given where cards have an order; null at the end of it. */
  onUp?: (() => void) | null;
  onDown?: (() => void) | null;
  children: ReactNode;
}

/** One item of a list, with the buttons that move it and take it out. */
export function Card({ title, what, isError = false, onRemove, onUp, onDown, children }: CardProps) {
  return (
    <fieldset className={isError ? "dz-card dz-card-error" : "dz-card"} data-at={title}>
      <legend>{title}</legend>
      <span className="dz-card-tools">
        {onUp !== undefined && (
          <TextButton label={`Move ${what} up`} disabled={onUp === null} onClick={() => onUp?.()}>
            ↑
          </TextButton>
        )}
        {onDown !== undefined && (
          <TextButton label={`Move ${what} down`} disabled={onDown === null} onClick={() => onDown?.()}>
            ↓
          </TextButton>
        )}
        <TextButton label={`Remove ${what}`} onClick={onRemove}>
          ✕
        </TextButton>
      </span>
      {children}
    </fieldset>
  );
}

/** One of several words, with a button that takes it out. */
export function Chip({ label, onRemove, children }: { label: string; onRemove: () => void; children: ReactNode }) {
  return (
    <span className="dz-chip inline-row gap-4 size-12 framed on-card">
      {children}
      <button type="button" aria-label={label} onClick={onRemove}>
        ✕
      </button>
    </span>
  );
}
