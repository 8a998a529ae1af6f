/** The triggers of the active versions: what each listens to, whether it does, and when it comes next. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { Trigger, TriggerList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { triggerHref, workflowHref } from "../../app/links";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { EmptyState } from "../../ui/EmptyState";
import { FilterFields } from "../../ui/FilterFields";
import { type Columns, ListPage } from "../../ui/ListPage";
import { NavLink } from "../../ui/NavLink";
import { PauseButton } from "./PauseButton";
import { Address, NextTime, Standing } from "./Standing";
import { TypeMark } from "./TypeMark";
import { typeLook } from "./words";

const POLL_MS = 10_000;
const FILTERS = { type: "", workflow: "" };

export default function TriggersPage() {
  usePage({ title: "Triggers", crumbs: [{ text: "Triggers" }], contentType: "table" });
  const list = useApi<TriggerList>("/triggers", { poll: POLL_MS });
  const [filters, setFilters] = useUrlState(FILTERS);
  const isWide = useIsWide(1200);
  const isNarrow = !useIsWide(700);
  const all = list.data?.triggers ?? [];
  const shown = all.filter(
    ({ type, workflow }) =>
      (filters.type === "" || type === filters.type) && (filters.workflow === "" || workflow === filters.workflow),
  );
  return (
    <ListPage<Trigger>
      title="Triggers"
      counter={list.data ? `(${all.length})` : undefined}
      description="What starts workflows besides people: those of the active versions listen."
      onLookAgain={list.reload}
      actions={null}
      wrapLines
      items={shown}
      trackBy={(trigger) => `${trigger.workflow}/${trigger.name}`}
      ariaLabels={{ tableLabel: "Triggers" }}
      columns={columns(isWide, isNarrow, () => void list.reload())}
      filter={
        <FilterFields
          least={200}
          isFiltered={filters.type !== "" || filters.workflow !== ""}
          onClear={() => setFilters(FILTERS)}
        >
          <Choice
            label="Type"
            every="All types"
            value={filters.type}
            options={all.map(({ type }) => ({ value: type, label: typeLook(type).word }))}
            onChange={(type) => setFilters({ type })}
          />
          <Choice
            label="Workflow"
            every="All workflows"
            value={filters.workflow}
            options={all.map(({ workflow }) => ({ value: workflow, label: workflow }))}
            onChange={(workflow) => setFilters({ workflow })}
          />
        </FilterFields>
      }
      what="the triggers"
      from={list}
      noMatch={all.length > 0 ? "No trigger matches" : null}
      onShowAll={() => setFilters(FILTERS)}
    >
      <EmptyState title="No workflow has a trigger yet" action={<NavLink to="/">Choose a workflow</NavLink>}>
        Open a workflow in the designer, add one under Workflow settings, Triggers, and publish: it listens from then
        on.
      </EmptyState>
    </ListPage>
  );
}

interface ChoiceProps {
  label: string;
  every: string;
  value: string;
  /** Each may come several times. */
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}

function Choice({ label, every, value, options, onChange }: ChoiceProps) {
  const first = { value: "", label: every };
  const found = new Map(options.map((option) => [option.value, option]));
  return (
    <FormField label={label}>
      <Select
        selectedOption={value === "" ? first : (found.get(value) ?? { value, label: value })}
        options={[first, ...[...found.values()].sort((one, other) => one.label.localeCompare(other.label))]}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

function columns(isWide: boolean, isNarrow: boolean, onDone: () => void): Columns<Trigger> {
  return [
    {
      id: "name",
      header: "Trigger",
      isRowHeader: true,
      minWidth: isWide ? 130 : 110,
      cell: (trigger) => (
        <div className="breaks">
          <NavLink to={triggerHref(trigger.workflow, trigger.name)}>{trigger.name}</NavLink>
          {!isWide && (
            <div>
              <TypeMark type={trigger.type} />
            </div>
          )}
          {isNarrow && (
            <div className="dim">
              starts <NavLink to={workflowHref(trigger.workflow)}>{trigger.workflow}</NavLink>
            </div>
          )}
        </div>
      ),
    },
    isWide && { id: "type", header: "Type", width: 150, cell: (trigger) => <TypeMark type={trigger.type} /> },
    !isNarrow && {
      id: "workflow",
      header: "Starts",
      minWidth: isWide ? 147 : 110,
      cell: (trigger) => (
        <div className="breaks">
          <NavLink to={workflowHref(trigger.workflow)}>{trigger.workflow}</NavLink>
          <div className="dim tabular">{`v${trigger.version}`}</div>
        </div>
      ),
    },
    !isNarrow && {
      id: "says",
      header: "Listens to",
      minWidth: isWide ? 260 : 210,
      cell: (trigger) => (
        <div className="breaks">
          {trigger.says}
          {trigger.address && (
            <div>
              <Address path={trigger.address} url={trigger.url} />
            </div>
          )}
        </div>
      ),
    },
    {
      id: "standing",
      header: "State",
      width: 150,
      cell: (trigger) => <Standing trigger={trigger} withNext={!isWide} />,
    },
    isWide && { id: "next", header: "Comes next", width: 210, cell: (trigger) => <NextTime at={trigger.next_at} /> },
    !isNarrow && {
      id: "act",
      header: <span className="visually-hidden">Actions</span>,
      width: 110,
      minWidth: 110,
      cell: (trigger) => <PauseButton trigger={trigger} variant="inline-link" onDone={onDone} />,
    },
  ];
}
