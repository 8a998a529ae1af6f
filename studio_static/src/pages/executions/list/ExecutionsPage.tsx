/** Every run of every workflow: find one by what is known of it, see at once which failed, stop, redrive and start. */
import "../executions.css";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { withQuery } from "../../../api/client";
import type { ExecutionCount, ExecutionSummary } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { usePage } from "../../../app/page";
import { useUrlState } from "../../../app/urlState";
import { useIsWide } from "../../../app/useWidth";
import { ActButton } from "../../../ui/ActButton";
import { EmptyState } from "../../../ui/EmptyState";
import { ListPage } from "../../../ui/ListPage";
import { StopDialog } from "../StopDialog";
import { columnsOf } from "./columns";
import { ExecutionFilters } from "./ExecutionFilters";
import { counterWords, isFiltered, type ManyToRedrive, manyToRedrive, NO_FILTERS, queryOf, SEARCHES } from "./filters";
import { RedriveManyDialog } from "./RedriveManyDialog";
import { StartDialog } from "./StartDialog";
import { useExecutionPages } from "./useExecutionPages";
import { Views } from "./Views";

type Doing = "start" | "stop" | null;

const COUNTED = { poll: 60_000 };

export default function ExecutionsPage() {
  usePage({
    title: "Execution Explorer",
    crumbs: [{ text: "Execution Explorer" }],
    contentType: "table",
  });
  const [filters, setFilters] = useUrlState(NO_FILTERS);
  const { order, ...query } = queryOf(filters, Date.now());
  const pages = useExecutionPages(withQuery("/executions", { ...query, order }));
  const count = useApi<ExecutionCount>(
    pages.loading || pages.isAll || pages.error ? null : withQuery("/executions/count", query),
    COUNTED,
  );
  const isWidest = useIsWide(1400);
  const isWide = useIsWide(1280);
  const isNarrow = !useIsWide(700);
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
  const counted = counterWords(pages.seen, pages.isLast, pages.isAll ? null : count.data);
  const blocked = pages.error !== null && pages.rows.length === 0;
  return (
    <div className="ex-dense">
      <ListPage<ExecutionSummary>
        title="Execution Explorer"
        counter={pages.loading || blocked ? undefined : counted}
        description="Every run of every workflow. The list keeps itself up to date."
        contentDensity="compact"
        onLookAgain={pages.reload}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Views filters={filters} setFilters={setFilters} />
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
        items={pages.rows}
        trackBy="id"
        {...(isNarrow ? {} : { selectionType: "multi" as const })}
        selectedItems={selected}
        isItemDisabled={(row) => !isOpen(row)}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems.map(({ id }) => id))}
        columns={columnsOf(isWidest ? "widest" : isWide ? "wide" : isNarrow ? "narrow" : "middle")}
        sortingColumn={{ sortingField: "started" }}
        sortingDescending={filters.order !== "oldest"}
        onSortingChange={({ detail }) => setFilters({ order: detail.isDescending ? "newest" : "oldest" })}
        ariaLabels={{
          tableLabel: "Executions",
          selectionGroupLabel: "Executions to stop",
          allItemsSelectionLabel: () => "Select all that run",
          itemSelectionLabel: (_, row) => `Select ${row.name}`,
        }}
        filter={<ExecutionFilters filters={filters} searches={pages.searches} setFilters={setFilters} />}
        pagination={
          <Pagination
            currentPageIndex={pages.page + 1}
            pagesCount={pages.pages}
            disabled={pages.turning && !pages.loading}
            onChange={({ detail }) => pages.goTo(detail.currentPageIndex - 1)}
            ariaLabels={{
              nextPageLabel: filters.order === "oldest" ? "Newer executions" : "Older executions",
              previousPageLabel: filters.order === "oldest" ? "Older executions" : "Newer executions",
              pageLabel: (number) => `Page ${number}`,
            }}
          />
        }
        what="the executions"
        from={pages}
        skeletonRows={8}
        noMatch={isFiltered(filters) ? "No execution matches" : null}
        hint={
          filters.text
            ? `Looked for: ${SEARCHES[pages.searches ?? "words"].toLowerCase()}`
            : "Names, keys and errors are found by how they begin."
        }
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
          howMany={counted.slice(1, -1)}
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
