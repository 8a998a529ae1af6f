/** One step: first what went wrong in plain words, then what it was given, what it gave, and all that is known of it. */
import { Suspense, useEffect, useRef, useState } from "react";
import { path } from "../../../api/client";
import type { Execution, MapRun, Step, StepDetail } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { useMay } from "../../../app/me";
import { part } from "../../../app/part";
import { type Definition, type StatePointer, stateAt } from "../../../asl";
import { Stale } from "../../../ui/Loaded";
import { NavLink } from "../../../ui/NavLink";
import { Problem } from "../../../ui/Problem";
import { Skeleton } from "../../../ui/Skeleton";
import { StatusMark } from "../../../ui/StatusMark";
import { Time, Took } from "../../../ui/Time";
import { ConsoleLinks } from "../ConsoleLinks";
import { Children } from "../children/Children";
import { EventList } from "../log/EventList";
import type { HistoryEvent } from "../log/events";
import { parentOf } from "../redrive";
import { placeWords, type StepIndex, stepsIn } from "../steps";
import { TabStrip } from "../TabStrip";
import { begunAsIf, type Rest, secondsRan } from "../time/rests";
import { auditSearch } from "../words";
import { Answering } from "./Answering";
import { Attempts } from "./Attempts";
import { ComparedTab } from "./ComparedTab";
import { ItemGrid } from "./ItemGrid";
import { Overview } from "./Overview";
import { StepJson } from "./StepJson";
import type { LastGood } from "./useLastGood";
import { WhatWentWrong } from "./WhatWentWrong";

const WhyTab = part(() => import("./WhyTab"));

interface StepPanelProps {
  execution: Execution;
  step: Step;
  index: StepIndex;
  /** Of a distributed Map, once it is known. */
  run: MapRun | undefined;
  definition: Definition | null;
  pointer: StatePointer | null;
  rests: readonly Rest[];
  live: boolean;
  /** Whether it opens beside the last good run's: that look stays from step to step. */
  compared: boolean;
  lastGood: LastGood;
  onCompare: (on: boolean) => void;
  onSelect: (step: Step) => void;
  /** Show the runs of distributed Maps. */
  onMapRuns: () => void;
  /** Ask whether to redrive the execution; absent where it cannot be. */
  onRedrive: (() => void) | undefined;
  /** Ask the copilot what must change; absent where it cannot be. */
  onCopilot: (() => void) | undefined;
}

const POLL_MS = 5000;

/** The tab that holds a step against the same step of the run that succeeded last. */
export const COMPARED = "compared";

export function StepPanel(props: StepPanelProps) {
  const { execution, step, index, definition, pointer, rests, live, onSelect, onMapRuns, onRedrive, onCopilot } = props;
  const { compared, lastGood, onCompare, run } = props;
  const mayAudit = useMay("audit");
  const address = path("/executions/{}/steps/{}", execution.id, step.id);
  // While a task is called, lines of its log come without an event.
  const isCalled = live && step.exited_at === null && step.resource !== null;
  const detail = useApi<StepDetail>(address, { poll: isCalled ? POLL_MS : null });
  const { reload } = detail;
  const moment = `${address} ${step.status} ${step.last_event} ${step.exited_at}`;
  const seen = useRef({ address, moment });
  useEffect(() => {
    const before = seen.current;
    seen.current = { address, moment };
    // Asked again when the step went on; another step is asked for by its address.
    if (before.address === address && before.moment !== moment) void reload();
  }, [reload, address, moment]);
  const holdsItems = step.type === "Map" && stepsIn(index, step.id).length > 0;
  const [tab, setTab] = useState(holdsItems ? "items" : step.map_run ? "children" : "overview");
  const isComparable = parentOf(execution.id) === null;
  const show = (to: string) => {
    setTab(to);
    if (compared !== (to === COMPARED)) onCompare(to === COMPARED);
  };
  const place = placeWords(index, step);
  const took = secondsRan(rests, step.entered_at, step.exited_at);
  const data = detail.data;
  const state = definition !== null && pointer !== null ? stateAt(definition, pointer) : undefined;
  const whole = () => {
    if (data) {
      return (
        <>
          {detail.error && <Stale what="the step" message={detail.error.message} />}
          <Overview execution={execution} detail={data} />
        </>
      );
    }
    if (detail.error) return <Problem error={detail.error} what="the step" onRetry={() => void reload()} />;
    return <Skeleton what="the step" rows={5} />;
  };
  return (
    <div className="ex-step grow">
      <div className="ex-step-head firm scrolls">
        <div className="ex-step-title flex apart gap-12">
          <h2>{step.name}</h2>
          <StatusMark status={step.status} />
        </div>
        {place && <div className="dim breaks">{place}</div>}
        <div className="ex-facts">
          <span className="dim">{step.visit > 1 ? `${step.type}, visit ${step.visit}` : step.type}</span>
          {step.resource && <span className="one-line mono ex-cut">{step.resource}</span>}
          <Time at={step.entered_at} format="clock-ms" />
          <Took since={step.entered_at && begunAsIf(rests, step.entered_at, Date.now())} seconds={took} />
        </div>
        <div className="ex-links flex gap-16">
          {data && mayAudit && <NavLink to={`/audit/?${auditOf(data)}`}>Audit Log</NavLink>}
          {step.map_run && (
            <button type="button" className="ex-link" onClick={onMapRuns}>
              Its child executions
            </button>
          )}
          {data && <ConsoleLinks links={data.links} />}
        </div>
        <WhatWentWrong
          step={step}
          detail={data}
          index={index}
          took={took}
          isRedriven={execution.redrives > 0}
          awaited={execution.awaited_calls}
          onSelect={onSelect}
          onRedrive={onRedrive}
          onCopilot={onCopilot}
          onCompare={isComparable && !compared ? () => show(COMPARED) : undefined}
        />
        {live && <Answering execution={execution.id} step={step} />}
      </div>
      <TabStrip
        label={`Step ${step.name}`}
        active={compared && isComparable ? COMPARED : tab}
        onChange={show}
        items={[
          holdsItems && {
            id: "items",
            text: "Items",
            content: () => <ItemGrid map={step} index={index} onSelect={onSelect} />,
          },
          step.map_run !== null && {
            id: "children",
            text: "Children",
            content: () =>
              run ? (
                <div className="ex-parts">
                  <Children execution={execution} run={run} live={live} brief />
                </div>
              ) : (
                <Skeleton what="the child executions" rows={3} />
              ),
          },
          { id: "overview", text: "Overview", content: whole },
          isExplained(step) && {
            id: "why",
            text: "Why",
            content: () => (
              <Suspense fallback={<Skeleton what="the explanation" />}>
                <WhyTab execution={execution} step={step} otherwise={defaultOf(state)} />
              </Suspense>
            ),
          },
          step.attempts.length > 0 && {
            id: "attempts",
            text: "Attempts",
            count: step.attempts.length,
            content: () => <Attempts step={step} isRedriven={execution.redrives > 0} />,
          },
          {
            id: "variables",
            text: "Variables",
            content: () => (data ? <Variables detail={data} execution={execution} /> : whole()),
          },
          {
            id: "events",
            text: "Events",
            count: data?.events.length ?? null,
            content: () =>
              data ? (
                <EventList
                  label="Events of this step"
                  events={data.events as unknown as HistoryEvent[]}
                  startedAt={execution.started_at}
                />
              ) : (
                whole()
              ),
          },
          isComparable && {
            id: COMPARED,
            text: "Compared",
            content: () => (
              <ComparedTab
                execution={execution}
                lastGood={lastGood}
                index={index}
                step={step}
                detail={data}
                took={took}
              />
            ),
          },
          state !== undefined && {
            id: "definition",
            text: "Definition",
            content: () => <StepJson title="As it was published" value={state} open={6} />,
          },
        ]}
      />
    </div>
  );
}

/** Whether there is something to explain: a decision, a failure, an attempt that was not the last. */
function isExplained(step: Step): boolean {
  if (step.type === "Fail") return false; // it says itself why
  return step.type === "Choice" || step.error !== null || step.attempts.length > 1;
}

const defaultOf = (state: unknown) => {
  const found = (state as { Default?: unknown } | undefined)?.Default;
  return typeof found === "string" ? found : null;
};

/** A step that failed has entries of its own; of one that never did, the log has what was done to the execution. */
function auditOf({ step, audit }: StepDetail): string {
  const everFailed = step.error !== null || step.attempts.some((attempt) => attempt.error !== null);
  return auditSearch(everFailed ? audit : { execution: audit.execution ?? "" });
}

function Variables({ detail, execution }: { detail: StepDetail; execution: Execution }) {
  const name = `${execution.name}-${detail.step.name}`;
  const isEmpty = (value: object) => Object.keys(value).length === 0;
  return (
    <div className="ex-parts">
      {isEmpty(detail.variables) ? (
        <p className="ex-plain">No variable was set when this state was entered.</p>
      ) : (
        <StepJson title="As it was entered" value={detail.variables} fileName={`${name}-variables`} />
      )}
      {!isEmpty(detail.assigned) && (
        <StepJson title="Assigned by it" value={detail.assigned} fileName={`${name}-assigned`} />
      )}
    </div>
  );
}
