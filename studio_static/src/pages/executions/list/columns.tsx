/** The columns of the list of executions. */
import type { ExecutionSummary } from "../../../api/schema";
import { executionHref } from "../../../app/links";
import type { Columns } from "../../../ui/ListPage";
import { NavLink } from "../../../ui/NavLink";
import { StatusMark } from "../../../ui/StatusMark";
import { Time, Took } from "../../../ui/Time";

/** How much of a window there is for them. */
export type Room = "widest" | "wide" | "middle" | "narrow";

export function columnsOf(room: Room): Columns<ExecutionSummary> {
  const isWidest = room === "widest";
  const isWide = isWidest || room === "wide";
  const isNarrow = room === "narrow";
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      minWidth: 120,
      cell: (row) => (
        <div>
          <span className="one-line ex-cut ex-name" title={row.name}>
            <NavLink to={executionHref(row.id)}>{row.name}</NavLink>
          </span>
          {row.fork_of && <span className="dim"> fork</span>}
          {isNarrow && (
            <div className="dim">
              <Cut text={row.workflow} />
              {" · "}
              <Time at={row.started_at} format="ago" />
            </div>
          )}
        </div>
      ),
    },
    {
      id: "status",
      header: "Status",
      width: isWide ? 118 : 140,
      cell: (row) => (
        <div>
          <StatusMark status={row.status} />
          {!isWide && row.error && (
            <div className="dim ex-under" title={row.error}>
              {row.error}
            </div>
          )}
        </div>
      ),
    },
    !isNarrow && {
      id: "workflow",
      header: "Workflow",
      minWidth: 110,
      cell: (row) => (
        <span className="ex-of">
          <Cut text={row.workflow} />
          {isWide && <span className="dim tabular"> {`v${row.version}`}</span>}
        </span>
      ),
    },
    !isNarrow && {
      id: "started",
      header: "Started",
      sortingField: "started",
      width: isWide ? 172 : 160,
      cell: (row) => <Time at={row.started_at} format="table" />,
    },
    !isNarrow && {
      id: "duration",
      header: "Duration",
      width: 92,
      cell: (row) => <Took since={row.started_at} seconds={row.ended_at === null ? null : row.duration_seconds} />,
    },
    isWidest && {
      id: "trigger",
      header: "Trigger",
      minWidth: 90,
      cell: (row) => <Cut text={row.trigger} />,
    },
    isWidest && {
      id: "redrives",
      header: "Redrives",
      width: 88,
      cell: (row) => <span className="tabular">{row.redrives || "–"}</span>,
    },
    isWide && {
      id: "key",
      header: "Business key",
      minWidth: 110,
      cell: (row) => <Cut text={row.business_key} />,
    },
    isWide && {
      id: "error",
      header: "Error",
      minWidth: 110,
      width: "100%",
      cell: (row) => (
        <div className="one-line ex-rest" title={row.error ?? ""}>
          {row.error || "–"}
        </div>
      ),
    },
  ];
}

/** One line; the whole of a longer one is told to who hovers. */
function Cut({ text }: { text: string | null | undefined }) {
  if (!text) return "–";
  return (
    <span className="one-line ex-cut" title={text}>
      {text}
    </span>
  );
}
