/** All workflows: find one, see how it does, switch it on and off, copy it, put it away. */
import "./workflows.css";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Workflow, WorkflowList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { go } from "../../app/links";
import { denied, useWhyNot } from "../../app/me";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { ActButton } from "../../ui/ActButton";
import { EmptyState } from "../../ui/EmptyState";
import { SearchBar } from "../../ui/FilterFields";
import { ListPage } from "../../ui/ListPage";
import { Problem } from "../../ui/Problem";
import { columnsOf } from "./columns";
import { ArchiveDialog, DuplicateDialog, PauseDialog } from "./dialogs";
import { FirstSteps } from "./FirstSteps";
import { ImportDialog } from "./ImportDialog";
import { type Doing, matching, tagsOf } from "./look";
import { SamplesDialog } from "./SamplesDialog";

const FILTERS = { q: "", tag: "", show: "" };
const POLL_MS = 4000;

export default function WorkflowsPage() {
  usePage({ title: "Workflows", crumbs: [{ text: "Workflows" }], contentType: "table" });
  const [filters, setFilters] = useUrlState(FILTERS);
  const archived = filters.show === "archived";
  const list = useApi<WorkflowList>(archived ? "/workflows?archived=true" : "/workflows", { poll: POLL_MS });
  const [doing, setDoing] = useState<Doing>(null);
  const close = () => setDoing(null);
  const done = () => {
    close();
    void list.reload();
  };
  const all = list.data?.workflows ?? [];
  const names = all.map(({ name }) => name);
  return (
    <>
      {list.data !== null && all.length === 0 && !archived ? (
        <FirstSteps onDo={setDoing} onArchived={() => setFilters({ show: "archived" })} />
      ) : (
        <Workflows list={list} filters={filters} setFilters={setFilters} onDo={setDoing} />
      )}
      {doing?.what === "import" && <ImportDialog taken={names} onClose={close} onDone={done} />}
      {doing?.what === "samples" && <SamplesDialog taken={names} onClose={close} onDone={done} />}
      {doing?.what === "pause" && <PauseDialog workflow={doing.workflow} onClose={close} onDone={done} />}
      {doing?.what === "duplicate" && <DuplicateDialog workflow={doing.workflow} taken={names} onClose={close} />}
      {doing?.what === "archive" && <ArchiveDialog workflow={doing.workflow} onClose={close} onDone={done} />}
    </>
  );
}

interface WorkflowsProps {
  list: ReturnType<typeof useApi<WorkflowList>>;
  filters: typeof FILTERS;
  setFilters: (change: Partial<typeof FILTERS>) => void;
  onDo: (doing: Doing) => void;
}

function Workflows({ list, filters, setFilters, onDo }: WorkflowsProps) {
  const isWide = useIsWide(1280);
  const isNarrow = !useIsWide(700);
  const archived = filters.show === "archived";
  const all = list.data?.workflows ?? [];
  const shown = matching(all, filters.q, filters.tag);
  const isFiltered = filters.q !== "" || filters.tag !== "";
  if (list.data === null && list.error) {
    return <Problem error={list.error} what="the workflows" onRetry={() => void list.reload()} />;
  }
  return (
    <ListPage
      title={archived ? "Archived workflows" : "Workflows"}
      counter={list.data ? (isFiltered ? `(${shown.length}/${all.length})` : `(${all.length})`) : undefined}
      description="What runs here: its active version, its last runs, and whether it takes new work."
      actions={<Actions onDo={onDo} />}
      items={shown}
      trackBy="name"
      ariaLabels={{ tableLabel: "Workflows" }}
      columns={columnsOf({ onDo, onChanged: list.reload, archived, isWide, isNarrow })}
      filter={<Filters all={all} filters={filters} setFilters={setFilters} />}
      what="the workflows"
      from={list}
      noMatch={isFiltered ? "No workflow matches" : null}
      onShowAll={() => setFilters({ q: "", tag: "" })}
    >
      <EmptyState
        title="Nothing is archived"
        action={<Button onClick={() => setFilters({ show: "" })}>Show all workflows</Button>}
      >
        An archived workflow starts nothing and keeps everything.
      </EmptyState>
    </ListPage>
  );
}

function Actions({ onDo }: { onDo: (doing: Doing) => void }) {
  const why = useWhyNot("edit");
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <ActButton right="publish" onClick={() => onDo({ what: "samples" })}>
        Samples
      </ActButton>
      <ActButton right="edit" onClick={() => onDo({ what: "import" })}>
        Import
      </ActButton>
      <ButtonDropdown
        variant="primary"
        {...denied(why)}
        mainAction={{ text: "Create workflow", onClick: () => go("/wizard/"), ...denied(why) }}
        items={[
          { id: "blank", text: "On an empty canvas" },
          { id: "copilot", text: "From a sentence, with the copilot" },
        ]}
        onItemClick={({ detail }) => go(detail.id === "blank" ? "/wizard/?blank=1" : "/wizard/")}
        ariaLabel="More ways to create a workflow"
      />
    </SpaceBetween>
  );
}

const EVERY = { value: "", label: "All tags" };
const SHOWS = [
  { value: "", label: "In use" },
  { value: "archived", label: "Archived" },
];

function Filters({
  all,
  filters,
  setFilters,
}: { all: readonly Workflow[] } & Pick<WorkflowsProps, "filters" | "setFilters">) {
  const tags = [EVERY, ...tagsOf(all).map((tag) => ({ value: tag, label: tag }))];
  return (
    <SearchBar
      label="Find workflows"
      value={filters.q}
      placeholder="Find by name, description, tag"
      onChange={(q) => setFilters({ q })}
    >
      <div className="filters-choice">
        <Select
          selectedOption={tags.find(({ value }) => value === filters.tag) ?? { value: filters.tag, label: filters.tag }}
          options={tags}
          ariaLabel="Tag"
          onChange={({ detail }) => setFilters({ tag: detail.selectedOption.value ?? "" })}
        />
      </div>
      <div className="filters-choice">
        <Select
          selectedOption={SHOWS.find(({ value }) => value === filters.show) ?? null}
          options={SHOWS}
          ariaLabel="In use or archived"
          onChange={({ detail }) => setFilters({ show: detail.selectedOption.value ?? "", tag: "" })}
        />
      </div>
    </SearchBar>
  );
}
