/** A step beside the same step of the run that succeeded last, of a fork beside its original's: where the ways part, and where the values differ. */
import { path } from "../../../api/client";
import type { Execution, Step, StepDetail } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { executionHref } from "../../../app/links";
import { inLine, pathText, tooLarge } from "../../../ui/json";
import { NavLink } from "../../../ui/NavLink";
import { Problem } from "../../../ui/Problem";
import { Skeleton } from "../../../ui/Skeleton";
import { StatusMark } from "../../../ui/StatusMark";
import { Duration, Time } from "../../../ui/Time";
import { Fact } from "../Fact";
import type { StepIndex } from "../steps";
import { secondsRan } from "../time/rests";
import { counterpartOf, partingOf, partingWords } from "./comparison";
import { type Difference, differencesOf } from "./differences";
import type { LastGood } from "./useLastGood";

interface ComparedTabProps {
  execution: Execution;
  lastGood: LastGood;
  index: StepIndex;
  step: Step;
  /** Null while it is loaded. */
  detail: StepDetail | null;
  /** Seconds that the step took; null while it runs. */
  took: number | null;
}

export function ComparedTab({ execution, lastGood, index, step, detail, took }: ComparedTabProps) {
  const { run, index: there, rests, error } = lastGood;
  if (error) return <Problem error={error} what="the run that succeeded last" />;
  if (run === null) {
    return <p className="ex-plain ex-part">{`No other run of ${execution.workflow} has succeeded yet.`}</p>;
  }
  if (run === undefined || there === null) return <Skeleton what="the run that succeeded last" rows={5} />;
  const other = counterpartOf(step, there);
  return (
    <div className="ex-parts">
      <section className="ex-part">
        <h3>{execution.fork ? "Its original" : "The last good run"}</h3>
        <dl className="ex-details">
          <Fact name="Run">
            <NavLink to={executionHref(run.id)}>{run.name}</NavLink>
          </Fact>
          <Fact name="Started">
            <Time at={run.started_at} />
          </Fact>
          {run.version !== execution.version && (
            <Fact name="Version">{`${run.version}; this one ran ${execution.version}`}</Fact>
          )}
        </dl>
        <p className="ex-plain">{partingWords(partingOf(index, there))}</p>
      </section>
      {other === null ? (
        <p className="ex-plain ex-part">{`That one did not enter ${step.name}.`}</p>
      ) : (
        <Beside
          step={step}
          other={other}
          otherTook={secondsRan(rests, other.entered_at, other.exited_at)}
          run={run.id}
          detail={detail}
          took={took}
        />
      )}
    </div>
  );
}

interface BesideProps extends Pick<ComparedTabProps, "step" | "detail" | "took"> {
  other: Step;
  /** Seconds that it took. */
  otherTook: number | null;
  run: string;
}

function Beside({ step, other, otherTook, run, detail, took }: BesideProps) {
  const that = useApi<StepDetail>(path("/executions/{}/steps/{}", run, other.id));
  return (
    <>
      <section className="ex-part">
        <h3>{`How ${step.name} fared`}</h3>
        <dl className="ex-details">
          <Fact name="Here">
            <StatusMark status={step.status} /> <Duration seconds={took} />
          </Fact>
          <Fact name="There">
            <StatusMark status={other.status} /> <Duration seconds={otherTook} />
          </Fact>
        </dl>
      </section>
      {that.error ? (
        <Problem error={that.error} what="the step of that run" onRetry={() => void that.reload()} />
      ) : that.data === null || detail === null ? (
        <Skeleton what="the values" rows={4} />
      ) : (
        <>
          <Compared title="Input" here={detail.input} there={that.data.input} />
          {(detail.arguments !== null || that.data.arguments !== null) && (
            <Compared title="Called with" here={detail.arguments} there={that.data.arguments} />
          )}
          <Compared title="Variables" here={detail.variables} there={that.data.variables} />
          {step.exited_at !== null && <Compared title="Output" here={detail.output} there={that.data.output} />}
        </>
      )}
    </>
  );
}

function Compared({ title, here, there }: { title: string; here: unknown; there: unknown }) {
  return (
    <section className="ex-part" aria-label={`${title} compared`}>
      <h3>{title}</h3>
      <Places here={here} there={there} />
    </section>
  );
}

function Places({ here, there }: { here: unknown; there: unknown }) {
  if (tooLarge(here) || tooLarge(there)) {
    return <p className="ex-plain">Too large to be compared here: download both in the overviews.</p>;
  }
  const { found, count } = differencesOf(here, there);
  if (count === 0) return <p className="ex-plain">The same.</p>;
  return (
    <>
      <ul className="plain-list ex-differences">
        {found.map((each) => (
          <Place key={pathText(each.path)} difference={each} />
        ))}
      </ul>
      {count > found.length && <p className="ex-plain">{`and ${count - found.length} more places`}</p>}
    </>
  );
}

function Place({ difference }: { difference: Difference }) {
  const value = (side: "here" | "there") =>
    side in difference ? <code>{inLine(difference[side], 300)}</code> : <span className="dim">nothing</span>;
  return (
    <li>
      <code className="medium breaks">{pathText(difference.path)}</code>
      <dl>
        <dt>Here</dt>
        <dd>{value("here")}</dd>
        <dt>There</dt>
        <dd>{value("there")}</dd>
      </dl>
    </li>
  );
}
