/** The filters of the list of executions; each is a parameter of the address. */
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { EXECUTION_STATUSES } from "../../../facts";
import { FilterFields, MomentFilter, TypedFilter, TypedFilters, WorkflowFilter } from "../../../ui/FilterFields";
import { statusLook } from "../../../ui/status";
import { type Filters, isFiltered, NO_FILTERS, SEARCHES, SPANS, statusesOf } from "./filters";

interface ExecutionFiltersProps {
  filters: Filters;
  /** How the store looks for a text; null until it is known. */
  searches: keyof typeof SEARCHES | null;
  setFilters: (change: Partial<Filters>) => void;
}

const STATUS_OPTIONS = EXECUTION_STATUSES.map((value) => ({ value, label: statusLook(value).word }));
const TYPED = [
  ["name", "Name", "Begins with"],
  ["business_key", "Business key", "Begins with"],
  ["error", "Error", "Begins with"],
] as const;
const EVER = { value: "", label: "Any time" };
const BETWEEN = { value: "between", label: "Between …" };

export function ExecutionFilters({ filters, searches, setFilters }: ExecutionFiltersProps) {
  const statuses = statusesOf(filters.status);
  return (
    <FilterFields least={132} isFiltered={isFiltered(filters)} onClear={() => setFilters(NO_FILTERS)}>
      <TypedFilter
        label="Search"
        value={filters.text}
        placeholder={searches === "beginnings" ? "Key or error begins" : "Key, error, cause"}
        hint={SEARCHES[searches ?? "words"]}
        onChange={(text) => setFilters({ text })}
      />
      <WorkflowFilter value={filters.workflow} onChange={(workflow) => setFilters({ workflow })} />
      <FormField label="Status">
        <Multiselect
          selectedOptions={STATUS_OPTIONS.filter(({ value }) => statuses.includes(value))}
          options={STATUS_OPTIONS}
          hideTokens
          placeholder={statuses.length === 0 ? "Any status" : statuses.map((each) => statusLook(each).word).join(", ")}
          onChange={({ detail }) =>
            setFilters({ status: detail.selectedOptions.map(({ value }) => value ?? "").join(",") })
          }
        />
      </FormField>
      <TypedFilters fields={TYPED} filters={filters} setFilters={setFilters} />
      <Started filters={filters} setFilters={setFilters} />
    </FilterFields>
  );
}

/** A span back from now, or two moments. */
function Started({ filters, setFilters }: Omit<ExecutionFiltersProps, "searches">) {
  const isBetween = filters.started_after !== "" || filters.started_before !== "";
  const [between, setBetween] = useState(isBetween);
  const chosen = SPANS.find(({ value }) => value === filters.last) ?? (between || isBetween ? BETWEEN : EVER);
  const choose = (value: string) => {
    setBetween(value === "between");
    setFilters({ last: value === "between" ? "" : value, started_after: "", started_before: "" });
  };
  return (
    <>
      <FormField label="Started">
        <Select
          selectedOption={chosen}
          options={[EVER, ...SPANS, BETWEEN]}
          onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
        />
      </FormField>
      {chosen === BETWEEN && (
        <>
          <MomentFilter
            label="From (UTC)"
            value={filters.started_after}
            onChange={(started_after) => setFilters({ started_after })}
          />
          <MomentFilter
            label="Until (UTC)"
            value={filters.started_before}
            onChange={(started_before) => setFilters({ started_before })}
          />
        </>
      )}
    </>
  );
}
