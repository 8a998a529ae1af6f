/** The facts of an execution: who started it, by which version, under which names. */
import { path, withQuery } from "../../api/client";
import type { Execution, ExecutionCost } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { useMay } from "../../app/me";
import { NavLink } from "../../ui/NavLink";
import { StatusMark } from "../../ui/StatusMark";
import { Duration, Time } from "../../ui/Time";
import { runMoneyWords } from "./cost/words";
import { Fact } from "./Fact";
import { timesWords } from "./redrive";

export function DetailsTab({ execution }: { execution: Execution }) {
  const versions = `/wizard/${encodeURIComponent(execution.workflow)}?tab=versions`;
  const mayAudit = useMay("audit");
  return (
    <dl className="ex-details">
      <Fact name="Id">
        <span className="mono">{execution.id}</span>
      </Fact>
      <Fact name="Status">
        <StatusMark status={execution.status} />
      </Fact>
      <Fact name="Workflow">
        <NavLink to={withQuery("/executions/", { workflow: execution.workflow })}>{execution.workflow}</NavLink>
      </Fact>
      <Fact name="Version">
        <NavLink to={versions}>{`Version ${execution.version}`}</NavLink>, whatever was published since
      </Fact>
      <Fact name="Kind">{execution.kind}</Fact>
      <Fact name="Started">
        <Time at={execution.started_at} />
      </Fact>
      <Fact name="Ended">
        <Time at={execution.ended_at} />
      </Fact>
      <Fact name="Took">
        <Duration seconds={execution.duration_seconds} />
      </Fact>
      <Fact name="Cost on AWS">
        <Cost key={execution.status} id={execution.id} />
      </Fact>
      <Fact name="Redriven">{execution.redrives > 0 ? timesWords(execution.redrives) : "–"}</Fact>
      <Fact name="Can be redriven until">
        <Time at={execution.redrivable_until} />
      </Fact>
      <Fact name="Kept until">
        <Time at={execution.kept_until} />
      </Fact>
      <Fact name="Started by">{execution.started_by ?? "–"}</Fact>
      <Fact name="Business key">{execution.business_key ?? "–"}</Fact>
      <Fact name="Digest">
        <span className="mono size-11">{execution.definition_digest}</span>
      </Fact>
      {mayAudit && (
        <Fact name="Audit log">
          <NavLink to={withQuery("/audit/", { execution: execution.id })}>All entries of this execution</NavLink>
        </Fact>
      )}
    </dl>
  );
}

/** Asked for where it is read: it is counted off the history. */
function Cost({ id }: { id: string }) {
  const { data, error } = useApi<ExecutionCost>(path("/executions/{}/cost", id));
  if (error !== null) return <span className="dim">{`not known: ${error.message}`}</span>;
  if (data === null) return <span className="dim">is counted …</span>;
  const { usd, map_runs: maps, partial } = data;
  return (
    <>
      {`${partial ? "more than " : ""}${runMoneyWords(usd)}`}
      {maps > 0 && <div className="dim">without the executions of its {maps === 1 ? "Map Run" : "Map Runs"}</div>}
    </>
  );
}
