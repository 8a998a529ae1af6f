/** The filters of the audit log; each is a parameter of the address, named as the API names it. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { FilterFields, MomentFilter, TypedFilter, WorkflowFilter } from "../../ui/FilterFields";
import { ACT_CHOICES } from "./words";

export const NO_FILTERS = {
  workflow: "",
  execution: "",
  state: "",
  actor: "",
  act: "",
  since: "",
  until: "",
  entry: "",
};

interface AuditFiltersProps {
  filters: typeof NO_FILTERS;
  setFilters: (change: Partial<typeof NO_FILTERS>) => void;
}

export function AuditFilters({ filters, setFilters }: AuditFiltersProps) {
  const { entry: _, ...rest } = filters;
  const isFiltered = Object.values(rest).some((value) => value !== "");
  return (
    <FilterFields least={148} isFiltered={isFiltered} onClear={() => setFilters(NO_FILTERS)}>
      <FormField label="Did">
        <Select
          selectedOption={
            ACT_CHOICES.find(({ value }) => value === filters.act) ?? { value: filters.act, label: filters.act }
          }
          options={ACT_CHOICES}
          filteringType="auto"
          filteringAriaLabel="Find an act"
          onChange={({ detail }) => setFilters({ act: detail.selectedOption.value ?? "" })}
        />
      </FormField>
      <WorkflowFilter value={filters.workflow} onChange={(workflow) => setFilters({ workflow })} />
      <TypedFilter
        label="Execution"
        value={filters.execution}
        onTyped={(execution) => setFilters({ execution })}
        placeholder="Its id"
      />
      <TypedFilter
        label="State"
        value={filters.state}
        onTyped={(state) => setFilters({ state })}
        placeholder="Its name"
      />
      <TypedFilter
        label="Who"
        value={filters.actor}
        onTyped={(actor) => setFilters({ actor })}
        placeholder="Name, or engine"
      />
      <MomentFilter label="From (UTC)" value={filters.since} onChange={(since) => setFilters({ since })} />
      <MomentFilter label="Until (UTC)" value={filters.until} onChange={(until) => setFilters({ until })} />
    </FilterFields>
  );
}
