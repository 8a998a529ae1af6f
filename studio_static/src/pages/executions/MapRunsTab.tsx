/** The runs of distributed Maps: their counts, their limits, and the child executions of each. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { path } from "../../api/client";
import type { Execution, MapRun, MapRunChildren, MapRunList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { executionHref } from "../../app/links";
import { Loaded } from "../../ui/Loaded";
import { NavLink } from "../../ui/NavLink";
import { StatusMark } from "../../ui/StatusMark";
import { Duration, Time } from "../../ui/Time";
import { secondsBetween } from "./words";

/** A child that begins changes nothing of its parent. */
const POLL_MS = 5000;
const PAGE = 50;

interface MapRunsTabProps {
  execution: Execution;
  live: boolean;
  /** How often something happened. */
  changed: number;
}

export default function MapRunsTab({ execution, live, changed }: MapRunsTabProps) {
  const runs = useApi<MapRunList>(path("/executions/{}/map-runs", execution.id), { changed });
  return (
    <Loaded from={runs} what="the Map Runs">
      {({ map_runs }) => (
        <div className="ex-parts">
          {map_runs.map((run) => (
            <Run key={run.arn} execution={execution} run={run} live={live} />
          ))}
        </div>
      )}
    </Loaded>
  );
}

/** The uuid at the end of the ARN names a run within its execution. */
const uuidOf = (arn: string) => arn.slice(arn.lastIndexOf(":") + 1);
const labelOf = (arn: string) => arn.split("/").at(-1)?.split(":")[0] ?? arn;

function Run({ execution, run, live }: { execution: Execution; run: MapRun; live: boolean }) {
  const counts = Object.entries(run.counts).filter(([name, count]) => count > 0 || name === "total");
  const tolerated =
    run.tolerated_failure_count !== null
      ? `${run.tolerated_failure_count} failures are tolerated`
      : run.tolerated_failure_percentage !== null
        ? `${run.tolerated_failure_percentage} % failures are tolerated`
        : null;
  return (
    <section className="ex-part">
      <div className="ex-facts">
        <h2>{labelOf(run.arn)}</h2>
        <StatusMark status={run.status} />
        <Duration seconds={secondsBetween(run.started_at, run.ended_at)} />
        {counts.map(([name, count]) => (
          <span key={name} className="tabular">{`${count} ${name.replaceAll("_", " ")}`}</span>
        ))}
        {run.max_concurrency ? <span className="dim">{`up to ${run.max_concurrency} at once`}</span> : null}
        {tolerated && <span className="dim">{tolerated}</span>}
      </div>
      <Children execution={execution} run={run} live={live} />
    </section>
  );
}

function Children({ execution, run, live }: { execution: Execution; run: MapRun; live: boolean }) {
  const [first, setFirst] = useState(0);
  const address = path("/executions/{}/map-runs/{}/executions", execution.id, uuidOf(run.arn));
  const children = useApi<MapRunChildren>(`${address}?first=${first}&limit=${PAGE}`, { poll: live ? POLL_MS : null });
  return (
    <Loaded from={children} what="the child executions">
      {({ executions, next_first }) => (
        <>
          <table className="ex-table">
            <caption className="visually-hidden">{`Child executions of ${labelOf(run.arn)}`}</caption>
            <thead>
              <tr>
                <th scope="col">Child execution</th>
                <th scope="col">Status</th>
                <th scope="col">Started</th>
                <th scope="col">Took</th>
              </tr>
            </thead>
            <tbody>
              {executions.map((child) => (
                <tr key={child.id}>
                  <td>
                    <NavLink to={executionHref(child.id)}>{child.id.slice(child.id.indexOf(":") + 1)}</NavLink>
                  </td>
                  <td>
                    <StatusMark status={child.status} />
                  </td>
                  <td>
                    <Time at={child.started_at} format="table" />
                  </td>
                  <td>
                    <Duration seconds={secondsBetween(child.started_at, child.ended_at)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {(first > 0 || next_first !== null) && (
            <div className="ex-acts flex wraps gap-8">
              <Button disabled={first === 0} onClick={() => setFirst(Math.max(0, first - PAGE))}>
                Earlier items
              </Button>
              <Button disabled={next_first === null} onClick={() => setFirst(next_first ?? first)}>
                Later items
              </Button>
            </div>
          )}
        </>
      )}
    </Loaded>
  );
}
