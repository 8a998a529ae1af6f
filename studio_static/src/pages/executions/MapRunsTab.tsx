/** The runs of distributed Maps: their counts, their limits, and the child executions of each. */
import type { Execution, MapRun } from "../../api/schema";
import { Loaded } from "../../ui/Loaded";
import { StatusMark } from "../../ui/StatusMark";
import { Duration } from "../../ui/Time";
import { Children } from "./children/Children";
import { labelOf } from "./children/words";
import type { Shown } from "./useExecution";
import { secondsBetween } from "./words";

interface MapRunsTabProps {
  execution: Execution;
  runs: Shown["mapRuns"];
  live: boolean;
}

export default function MapRunsTab({ execution, runs, live }: MapRunsTabProps) {
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

function Run({ execution, run, live }: { execution: Execution; run: MapRun; live: boolean }) {
  const pending = run.counts.pending ?? 0;
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
        {pending > 0 && <span className="tabular">{`${pending} not started`}</span>}
        {run.max_concurrency ? <span className="dim">{`up to ${run.max_concurrency} at once`}</span> : null}
        {tolerated && <span className="dim">{tolerated}</span>}
      </div>
      <Children execution={execution} run={run} live={live} />
    </section>
  );
}
