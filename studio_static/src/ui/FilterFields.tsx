/** Fields of filters that live in the address. */
import "./filters.css";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { type CSSProperties, type ReactNode, useLayoutEffect, useState } from "react";
import type { WorkflowList } from "../api/schema";
import { useApi } from "../api/useApi";
import { useIsWide } from "../app/useWidth";

const TYPING_MS = 350;

interface FilterFieldsProps {
  /** Of a field, in pixels. */
  least: number;
  isFiltered: boolean;
  onClear: () => void;
  children: ReactNode;
}

/** Fields side by side, and what clears them all. Where there is little room they are folded: the list comes first. */
export function FilterFields(props: FilterFieldsProps) {
  if (useIsWide(700)) return <Fields {...props} />;
  return (
    <ExpandableSection headerText={props.isFiltered ? "Filters (some are set)" : "Filters"} defaultExpanded={false}>
      <Fields {...props} />
    </ExpandableSection>
  );
}

function Fields({ least, isFiltered, onClear, children }: FilterFieldsProps) {
  return (
    <div className="filter-fields gap-12 wide" style={{ "--least": `${least}px` } as CSSProperties}>
      {children}
      {isFiltered && (
        <div className="filter-clear">
          <Button variant="inline-link" onClick={onClear}>
            Clear filters
          </Button>
        </div>
      )}
    </div>
  );
}

interface ChoiceFilterProps {
  value: string;
  onChange: (value: string) => void;
}

const EVERY = { value: "", label: "All workflows" };

export function WorkflowFilter({ value, onChange }: ChoiceFilterProps) {
  const workflows = useApi<WorkflowList>("/workflows");
  const names = workflows.data?.workflows.map(({ name }) => ({ value: name, label: name })) ?? [];
  return (
    <FormField label="Workflow">
      <Select
        selectedOption={value ? { value, label: value } : EVERY}
        options={[EVERY, ...names]}
        filteringType="auto"
        filteringAriaLabel="Find a workflow"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

interface SearchProps extends ChoiceFilterProps {
  label: string;
  placeholder: string;
}

/** The search of a list, and what else is chosen beside it. */
export function SearchBar({ children, ...search }: SearchProps & { children?: ReactNode }) {
  return (
    <div className="filters">
      <div className="filters-text">
        <Search {...search} />
      </div>
      {children}
    </div>
  );
}

/** Found as it is typed. */
export function Search({ label, value, placeholder, onChange }: SearchProps) {
  return (
    <Input
      type="search"
      value={value}
      placeholder={placeholder}
      ariaLabel={label}
      clearAriaLabel="Clear"
      onChange={({ detail }) => onChange(detail.value)}
    />
  );
}

interface TypedFiltersProps<Name extends string> {
  fields: readonly (readonly [name: Name, label: string, placeholder: string])[];
  filters: Readonly<Record<Name, string>>;
  setFilters: (change: Partial<Record<Name, string>>) => void;
}

/** The fields of filters that are typed, each by the name of its filter. */
export function TypedFilters<Name extends string>({ fields, filters, setFilters }: TypedFiltersProps<Name>) {
  return fields.map(([name, label, placeholder]) => (
    <TypedFilter
      key={name}
      label={label}
      value={filters[name]}
      placeholder={placeholder}
      onChange={(text) => setFilters({ [name]: text } as Partial<Record<Name, string>>)}
    />
  ));
}

/** Asked for once typing pauses, so that each letter is not a request. `hint` is told to who hovers or listens. */
export function TypedFilter({ label, value, placeholder, hint, onChange }: SearchProps & { hint?: string }) {
  const [text, setText] = useState(value);
  const [of, setOf] = useState(value);
  if (of !== value) {
    setOf(value);
    setText(value);
  }
  useLayoutEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => onChange(text.trim()), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <FormField label={label}>
      <span title={hint}>
        <Input
          value={text}
          placeholder={placeholder}
          onChange={({ detail }) => setText(detail.value)}
          spellcheck={false}
        />
      </span>
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
