/** The filters of the audit log; each is a parameter of the address, named as the API names it. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { FilterFields, MomentFilter, TypedFilters, WorkflowFilter } from "../../ui/FilterFields";
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

const TYPED = [
  ["execution", "Execution", "Its id"],
  ["state", "State", "Its name"],
  ["actor", "Who", "Name, or engine"],
] as const;

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
      <TypedFilters fields={TYPED} filters={filters} setFilters={setFilters} />
      <MomentFilter label="From (UTC)" value={filters.since} onChange={(since) => setFilters({ since })} />
      <MomentFilter label="Until (UTC)" value={filters.until} onChange={(until) => setFilters({ until })} />
    </FilterFields>
  );
}
