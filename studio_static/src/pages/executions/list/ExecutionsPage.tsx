/** Every run of every workflow: find one by what is known of it, see at once which failed, stop, redrive and start. */
import "../executions.css";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { withQuery } from "../../../api/client";
import type { ExecutionSummary } from "../../../api/schema";
import { usePage } from "../../../app/page";
import { useUrlState } from "../../../app/urlState";
import { useIsWide } from "../../../app/useWidth";
import { ActButton } from "../../../ui/ActButton";
import { EmptyState } from "../../../ui/EmptyState";
import { ListPage } from "../../../ui/ListPage";
import { Stale } from "../../../ui/Loaded";
import { StopDialog } from "../StopDialog";
import { columnsOf } from "./columns";
import { ExecutionFilters } from "./ExecutionFilters";
import { isFiltered, type ManyToRedrive, manyToRedrive, NO_FILTERS, queryOf } from "./filters";
import { RedriveManyDialog } from "./RedriveManyDialog";
import { StartDialog } from "./StartDialog";
import { useExecutionPages } from "./useExecutionPages";

type Doing = "start" | "stop" | null;

export default function ExecutionsPage() {
  usePage({
    title: "Execution Explorer",
    crumbs: [{ text: "Execution Explorer" }],
    contentType: "table",
  });
  const [filters, setFilters] = useUrlState(NO_FILTERS);
  const pages = useExecutionPages(withQuery("/executions", queryOf(filters, Date.now())));
  const isWide = useIsWide(1280);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [doing, setDoing] = useState<Doing>(null);
  /** As the filters were when it was asked for. */
  const [redriving, setRedriving] = useState<ManyToRedrive | null>(null);
  const redrivable = pages.rows.length > 0 ? manyToRedrive(filters, Date.now()) : null;
  const selected = pages.rows.filter((row) => chosen.includes(row.id));
  const close = () => setDoing(null);
  const done = () => {
    close();
    setChosen([]);
    void pages.reload();
  };
  const blocked = pages.error !== null && pages.rows.length === 0;
  return (
    <div className="ex-dense">
      <ListPage<ExecutionSummary>
        title="Execution Explorer"
        description="Every run of every workflow, the newest first. The list keeps itself up to date."
        contentDensity="compact"
        onLookAgain={pages.reload}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <ActButton
              right="run"
              disabled={selected.length === 0 && !isStoppable(filters.workflow, pages.rows)}
              onClick={() => setDoing("stop")}
            >
              {selected.length > 0 ? `Stop ${selected.length}` : "Stop …"}
            </ActButton>
            {redrivable && (
              <ActButton right="run" onClick={() => setRedriving(redrivable)}>
                Redrive all …
              </ActButton>
            )}
            <ActButton right="run" variant="primary" onClick={() => setDoing("start")}>
              Start execution
            </ActButton>
          </SpaceBetween>
        }
        above={pages.error && !blocked && <Stale what="the executions" message={pages.error.message} />}
        items={pages.rows}
        trackBy="id"
        selectionType="multi"
        selectedItems={selected}
        isItemDisabled={(row) => !isOpen(row)}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems.map(({ id }) => id))}
        columns={columnsOf(isWide)}
        ariaLabels={{
          tableLabel: "Executions",
          selectionGroupLabel: "Executions to stop",
          allItemsSelectionLabel: () => "Select all that run",
          itemSelectionLabel: (_, row) => `Select ${row.name}`,
        }}
        filter={<ExecutionFilters filters={filters} setFilters={setFilters} />}
        pagination={
          <Pagination
            currentPageIndex={pages.page + 1}
            pagesCount={pages.pages}
            disabled={pages.turning && !pages.loading}
            onChange={({ detail }) => pages.goTo(detail.currentPageIndex - 1)}
            ariaLabels={{
              nextPageLabel: "Older executions",
              previousPageLabel: "Newer executions",
              pageLabel: (number) => `Page ${number}`,
            }}
          />
        }
        what="the executions"
        from={pages}
        skeletonRows={8}
        noMatch={isFiltered(filters) ? "No execution matches" : null}
        hint="Names, keys and errors are found by how they begin."
        onShowAll={() => setFilters(NO_FILTERS)}
      >
        <EmptyState
          title="Nothing ran yet"
          action={
            <ActButton right="run" onClick={() => setDoing("start")}>
              Start an execution
            </ActButton>
          }
        >
          Executions that a trigger, the command line or somebody here starts are listed here.
        </EmptyState>
      </ListPage>
      {doing === "start" && <StartDialog workflow={filters.workflow} onClose={close} />}
      {doing === "stop" && (
        <StopDialog executions={selected} workflow={filters.workflow} onClose={close} onDone={done} />
      )}
      {redriving && (
        <RedriveManyDialog
          many={redriving}
          onClose={() => {
            setRedriving(null);
            void pages.reload();
          }}
        />
      )}
    </div>
  );
}

const isOpen = (row: ExecutionSummary) => row.status === "RUNNING" || row.status === "PAUSED";

/** All of one workflow's can be stopped at once; which is offered while the list shows one workflow with something open. */
const isStoppable = (workflow: string, rows: readonly ExecutionSummary[]) => workflow !== "" && rows.some(isOpen);
