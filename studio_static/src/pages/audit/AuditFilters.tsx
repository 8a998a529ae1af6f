/** The filters of the audit log; each is a parameter of the address, named as the API names it. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { WorkflowList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { MomentFilter, TypedFilter } from "../../ui/FilterFields";
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
  const workflows = useApi<WorkflowList>("/workflows");
  const names = workflows.data?.workflows.map(({ name }) => ({ value: name, label: name })) ?? [];
  const every = { value: "", label: "All workflows" };
  const { entry: _, ...rest } = filters;
  const isFiltered = Object.values(rest).some((value) => value !== "");
  return (
    <div className="audit-filters">
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
      <FormField label="Workflow">
        <Select
          selectedOption={filters.workflow ? { value: filters.workflow, label: filters.workflow } : every}
          options={[every, ...names]}
          filteringType="auto"
          filteringAriaLabel="Find a workflow"
          onChange={({ detail }) => setFilters({ workflow: detail.selectedOption.value ?? "" })}
        />
      </FormField>
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
      {isFiltered && (
        <div className="audit-clear">
          <Button variant="inline-link" onClick={() => setFilters(NO_FILTERS)}>
            Clear filters
          </Button>
        </div>
      )}
    </div>
  );
}
