/** Who did what, when and from where; and whether the log is what was written. */
import "./audit.css";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { withQuery } from "../../api/client";
import type { AuditEntry } from "../../api/schema";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { EmptyState } from "../../ui/EmptyState";
import { ListEmpty } from "../../ui/ListEmpty";
import { Time } from "../../ui/Time";
import { AuditFilters, NO_FILTERS } from "./AuditFilters";
import { EntryDialog } from "./EntryDialog";
import { SubjectLink } from "./SubjectLink";
import { useAuditPages } from "./useAuditPages";
import { Verification } from "./Verification";
import { actWords, summaryOf } from "./words";

export default function AuditPage() {
  usePage({ title: "Audit log", crumbs: [{ text: "Audit log" }], contentType: "table" });
  const [filters, setFilters] = useUrlState(NO_FILTERS);
  const { entry: _, ...asked } = filters;
  const pages = useAuditPages(withQuery("/audit", asked));
  const isWide = useIsWide(1200);
  const [verifying, setVerifying] = useState(0);
  const isFiltered = Object.entries(asked).some(([, value]) => value !== "");
  const shown = pages.entries.find((each) => idOf(each) === filters.entry);
  return (
    <>
      <Table
        variant="full-page"
        stickyHeader
        wrapLines
        items={pages.entries}
        trackBy={idOf}
        ariaLabels={{ tableLabel: "Entries" }}
        columnDefinitions={columns(isWide, (each) => setFilters({ entry: idOf(each) }))}
        header={
          <SpaceBetween size="s">
            <Header
              variant="awsui-h1-sticky"
              description="Every change, by whom and from where, in chains that show whether an entry was altered."
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" ariaLabel="Look again" onClick={() => void pages.reload()} />
                  <Button onClick={() => setVerifying((count) => count + 1)}>Verify the log</Button>
                </SpaceBetween>
              }
            >
              Audit log
            </Header>
            {verifying > 0 && <Verification key={verifying} onClose={() => setVerifying(0)} />}
          </SpaceBetween>
        }
        filter={<AuditFilters filters={filters} setFilters={setFilters} />}
        empty={
          <ListEmpty
            what="the audit log"
            from={pages}
            noMatch={isFiltered ? "No entry matches" : null}
            onShowAll={() => setFilters(NO_FILTERS)}
          >
            <EmptyState title="Nothing was done yet">
              Publishing, starting, pausing, rotating: every change is written here.
            </EmptyState>
          </ListEmpty>
        }
        footer={
          pages.entries.length > 0 && (
            <Box textAlign="center">
              {pages.hasMore ? (
                <Button loading={pages.loadingMore} onClick={() => void pages.more()}>
                  Show older entries
                </Button>
              ) : (
                <Box color="text-body-secondary">{`${pages.entries.length} entries: that is all.`}</Box>
              )}
            </Box>
          )
        }
      />
      {shown && <EntryDialog entry={shown} onClose={() => setFilters({ entry: "" })} />}
    </>
  );
}

const idOf = (entry: AuditEntry) => `${entry.chain}/${entry.number}`;

function columns(isWide: boolean, onOpen: (entry: AuditEntry) => void): TableProps.ColumnDefinition<AuditEntry>[] {
  const all: (TableProps.ColumnDefinition<AuditEntry> | false)[] = [
    { id: "at", header: "When", width: 180, cell: (entry) => <Time at={entry.at} format="table" /> },
    {
      id: "actor",
      header: "Who",
      width: 150,
      cell: (entry) => (
        <div>
          {entry.actor}
          {entry.actor_kind === "engine" && <div className="dim">the engine</div>}
        </div>
      ),
    },
    {
      id: "act",
      header: "Did",
      width: 190,
      isRowHeader: true,
      cell: (entry) => (
        <Button
          variant="inline-link"
          onClick={() => onOpen(entry)}
          ariaLabel={`${actWords(entry.act)}: entry ${idOf(entry)}`}
        >
          {actWords(entry.act)}
        </Button>
      ),
    },
    { id: "subject", header: "To", minWidth: 180, cell: (entry) => <SubjectLink subject={entry.subject} /> },
    {
      id: "what",
      header: "What",
      minWidth: 200,
      cell: (entry) => <span className="audit-what">{summaryOf(entry) || "–"}</span>,
    },
    isWide && { id: "origin", header: "From", width: 150, cell: (entry) => entry.origin || "–" },
    isWide && {
      id: "entry",
      header: "Entry",
      width: 90,
      cell: (entry) => <span className="tabular">{idOf(entry)}</span>,
    },
  ];
  return all.filter((column) => column !== false);
}
