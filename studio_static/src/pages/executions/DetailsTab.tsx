/** The facts of an execution: who started it, by which version, under which names. */
import { withQuery } from "../../api/client";
import type { Execution } from "../../api/schema";
import { useMay } from "../../app/me";
import { NavLink } from "../../ui/NavLink";
import { StatusMark } from "../../ui/StatusMark";
import { Duration, Time } from "../../ui/Time";
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
