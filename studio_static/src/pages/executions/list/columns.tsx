/** The columns of the list of executions. */
import type { ExecutionSummary } from "../../../api/schema";
import { executionHref } from "../../../app/links";
import type { Columns } from "../../../ui/ListPage";
import { NavLink } from "../../../ui/NavLink";
import { StatusMark } from "../../../ui/StatusMark";
import { Time, Took } from "../../../ui/Time";

export function columnsOf(isWide: boolean): Columns<ExecutionSummary> {
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      minWidth: 130,
      cell: (row) => (
        <span className="one-line ex-name">
          <NavLink to={executionHref(row.id)}>{row.name}</NavLink>
          {row.fork_of && <span className="dim"> fork</span>}
        </span>
      ),
    },
    {
      id: "status",
      header: "Status",
      width: isWide ? 130 : 150,
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
    {
      id: "workflow",
      header: "Workflow",
      minWidth: 120,
      cell: (row) => <span className="one-line ex-cut">{row.workflow}</span>,
    },
    isWide && {
      id: "version",
      header: "Version",
      width: 95,
      cell: (row) => <span className="tabular">{`v${row.version}`}</span>,
    },
    {
      id: "started",
      header: "Started",
      width: isWide ? 185 : 165,
      cell: (row) => <Time at={row.started_at} format="table" />,
    },
    {
      id: "duration",
      header: "Duration",
      width: isWide ? 115 : 100,
      cell: (row) => <Took since={row.started_at} seconds={row.ended_at === null ? null : row.duration_seconds} />,
    },
    isWide && {
      id: "key",
      header: "Business key",
      minWidth: 130,
      cell: (row) => (row.business_key ? <span className="one-line ex-cut">{row.business_key}</span> : "–"),
    },
    isWide && {
      id: "error",
      header: "Error",
      minWidth: 130,
      cell: (row) =>
        row.error ? (
          <span className="one-line ex-cut" title={row.error}>
            {row.error}
          </span>
        ) : (
          "–"
        ),
    },
  ];
}
