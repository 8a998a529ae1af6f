/** Who did what, when and from where; and whether the log is what was written. */
import "./audit.css";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { withQuery } from "../../api/client";
import type { AuditEntry } from "../../api/schema";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { Allowed } from "../../ui/Allowed";
import { EmptyState } from "../../ui/EmptyState";
import { type Columns, ListPage } from "../../ui/ListPage";
import { Time } from "../../ui/Time";
import { AuditFilters, NO_FILTERS } from "./AuditFilters";
import { EntryDialog } from "./EntryDialog";
import { SubjectLink } from "./SubjectLink";
import { useAuditPages } from "./useAuditPages";
import { Verification } from "./Verification";
import { actWords, summaryOf } from "./words";

export default function AuditPage() {
  usePage({ title: "Audit log", crumbs: [{ text: "Audit log" }], contentType: "table" });
  return (
    <Allowed right="audit" what="the audit log">
      <Entries />
    </Allowed>
  );
}

function Entries() {
  const [filters, setFilters] = useUrlState(NO_FILTERS);
  const { entry: _, ...asked } = filters;
  const pages = useAuditPages(withQuery("/audit", asked));
  const isWide = useIsWide(1200);
  const isNarrow = !useIsWide(700);
  const [verifying, setVerifying] = useState(0);
  const isFiltered = Object.entries(asked).some(([, value]) => value !== "");
  const shown = pages.entries.find((each) => idOf(each) === filters.entry);
  return (
    <>
      <ListPage
        title="Audit log"
        description="Every change, by whom and from where, in chains that show whether an entry was altered."
        onLookAgain={pages.reload}
        actions={<Button onClick={() => setVerifying((count) => count + 1)}>Verify the log</Button>}
        above={verifying > 0 && <Verification key={verifying} onClose={() => setVerifying(0)} />}
        wrapLines
        items={pages.entries}
        trackBy={idOf}
        ariaLabels={{ tableLabel: "Entries" }}
        columns={columns(isWide, isNarrow, (each) => setFilters({ entry: idOf(each) }))}
        filter={<AuditFilters filters={filters} setFilters={setFilters} />}
        what="the audit log"
        from={pages}
        noMatch={isFiltered ? "No entry matches" : null}
        onShowAll={() => setFilters(NO_FILTERS)}
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
      >
        <EmptyState title="Nothing was done yet">
          Publishing, starting, pausing, rotating: every change is written here.
        </EmptyState>
      </ListPage>
      {shown && <EntryDialog entry={shown} onClose={() => setFilters({ entry: "" })} />}
    </>
  );
}

const idOf = (entry: AuditEntry) => `${entry.chain}/${entry.number}`;

/** On a phone who did it, and when, stand below what was done. */
function columns(isWide: boolean, isNarrow: boolean, onOpen: (entry: AuditEntry) => void): Columns<AuditEntry> {
  return [
    !isNarrow && { id: "at", header: "When", width: 180, cell: (entry) => <When entry={entry} /> },
    !isNarrow && {
      id: "actor",
      header: "Who",
      width: 150,
      cell: (entry) => (
        <div className="breaks">
          {entry.actor}
          {entry.actor_kind === "engine" && <div className="dim">the engine</div>}
        </div>
      ),
    },
    {
      id: "act",
      header: "Did",
      width: 190,
      minWidth: 130,
      isRowHeader: true,
      cell: (entry) => (
        <div>
          <Button
            variant="inline-link"
            onClick={() => onOpen(entry)}
            ariaLabel={`${actWords(entry.act)}: entry ${idOf(entry)}`}
          >
            {actWords(entry.act)}
          </Button>
          {isNarrow && (
            <div className="dim">
              <When entry={entry} />
              <div className="breaks">{entry.actor}</div>
            </div>
          )}
        </div>
      ),
    },
    {
      id: "subject",
      header: "To",
      minWidth: isNarrow ? 120 : isWide ? 220 : 160,
      cell: (entry) => <SubjectLink subject={entry.subject} />,
    },
    !isNarrow && {
      id: "what",
      header: "What",
      minWidth: 160,
      cell: (entry) => <span className="audit-what">{summaryOf(entry) || "–"}</span>,
    },
    isWide && {
      id: "origin",
      header: "From",
      width: 150,
      cell: (entry) => <span className="breaks">{entry.origin || "–"}</span>,
    },
    isWide && {
      id: "entry",
      header: "Entry",
      width: 90,
      cell: (entry) => <span className="tabular">{idOf(entry)}</span>,
    },
  ];
}

const When = ({ entry }: { entry: AuditEntry }) => (
  <span className="nowrap">
    <Time at={entry.at} format="table" />
  </span>
);
