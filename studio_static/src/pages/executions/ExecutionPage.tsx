/**
 * One execution: the graph as it really ran, its timeline, and the step that matters with why it failed. All three are
 * one selection, kept in the address; without one the page opens at the failed step, and follows what runs.
 */
import "./executions.css";
import "./execution.css";
import { Suspense, useCallback, useMemo, useRef, useState } from "react";
import { path } from "../../api/client";
import { useReason } from "../../api/revealing";
import type { Execution, Step } from "../../api/schema";
import { useMay, useMe } from "../../app/me";
import { usePage } from "../../app/page";
import { part } from "../../app/part";
import { useUrlState } from "../../app/urlState";
import { pointersOf, type StatePointer } from "../../asl";
import { ExecutionCanvas, type OverlayStep, pointerOfStep, triedAgain } from "../../canvas";
import { EmptyState } from "../../ui/EmptyState";
import { FullBleed } from "../../ui/FullBleed";
import { Stale } from "../../ui/Loaded";
import { Problem } from "../../ui/Problem";
import { Skeleton } from "../../ui/Skeleton";
import { DetailsTab } from "./DetailsTab";
import { ExecutionHeader } from "./ExecutionHeader";
import { Hidden } from "./Hidden";
import { EventsTab } from "./log/EventsTab";
import { LogTab } from "./log/LogTab";
import { mendWithCopilot } from "./openInDesigner";
import { RedriveDialog } from "./RedriveDialog";
import { failsAgain, goesOnAt, isRedrivable, namesOf, UNSUCCESSFUL } from "./redrive";
import { COMPARED, StepPanel } from "./step/StepPanel";
import { useLastGood } from "./step/useLastGood";
import { MendLink } from "./step/WhatWentWrong";
import { stepToOpen } from "./steps";
import { TabStrip } from "./TabStrip";
import { TimelineTab } from "./time/TimelineTab";
import { type Shown, useExecution } from "./useExecution";
import { ValuesTab } from "./ValuesTab";

const BesideTab = part(() => import("./fork/BesideTab"));
const EffectsTab = part(() => import("./effects/EffectsTab"));
const ForwardDialog = part(() => import("./forward/ForwardDialog"));
const MapRunsTab = part(() => import("./MapRunsTab"));

/** The tab that has a fork side by side with its original. */
const BESIDE = "beside";

/** `step` is the selected step's id, `tab` what is shown under the graph, `look` "compared" where steps are compared, `mend` any text
 * where it is asked whether the execution goes on by another version. */
const NOTHING_CHOSEN = { step: "", tab: "timeline", look: "", mend: "" };

export default function ExecutionPage({ id: part }: { id: string }) {
  const id = useMemo(() => decoded(part), [part]);
  const name = id.slice(id.indexOf(":") + 1);
  usePage({
    title: name,
    crumbs: [{ text: "Execution Explorer", href: "/executions/" }, { text: name }],
  });
  const reason = useReason(id);
  // What is shown in clear is another page than what hides: nothing of the one stays on the other.
  return <Opened key={`${id} ${reason ?? ""}`} id={id} />;
}

function Opened({ id }: { id: string }) {
  const shown = useExecution(id);
  const { execution } = shown;
  if (execution.data === null) {
    return (
      <div className="ex-alone">
        <h1 className="visually-hidden">{`Execution ${id}`}</h1>
        {execution.error ? (
          <Problem error={execution.error} what={`the execution ${id}`} onRetry={() => void execution.reload()} />
        ) : (
          <Skeleton what="the execution" rows={10} />
        )}
      </div>
    );
  }
  return <Explored key={id} execution={execution.data} shown={shown} />;
}

/** The router leaves the colon of an id as the address has it: %3A. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function Explored({ execution, shown }: { execution: Execution; shown: Shown }) {
  const { answer, pinned, steps, index, definition, rests, overlay, live, changed } = shown;
  const [{ step: chosen, tab, look, mend }, setUrl] = useUrlState(NOTHING_CHOSEN);
  const isFork = execution.fork != null;
  const lower = useRef<HTMLElement>(null);
  const compare = () => {
    setUrl({ tab: BESIDE });
    lower.current?.scrollIntoView({ block: "nearest" });
  };
  const lastGood = useLastGood(execution, look === COMPARED || (isFork && tab === BESIDE));
  const step = index.byId.get(chosen) ?? stepToOpen(index);
  const showMapRuns = useCallback(() => setUrl({ tab: "map-runs" }), [setUrl]);
  const select = useCallback((to: Step) => setUrl({ step: to.id }), [setUrl]);
  const [isRedriving, setRedriving] = useState(false);
  const redrive = isRedrivable(execution) ? () => setRedriving(true) : undefined;
  const copilot = useMayMend(execution) ? () => mendWithCopilot(execution, step?.name ?? null) : undefined;
  const goesOn = useMemo(() => (answer.data?.complete ? goesOnAt(index) : []), [answer.data?.complete, index]);
  const failure = shown.execution.error ?? answer.error;
  const reload = () => {
    void shown.execution.reload();
    void answer.reload();
  };
  const pointer = useMemo(
    () =>
      definition === null || step === null
        ? null
        : (pointerOfStep(definition, steps as readonly OverlayStep[], step.id) ?? null),
    [definition, steps, step],
  );
  const selectState = useCallback(
    (state: StatePointer | null) => {
      const to = state === null || definition === null ? null : visitAround(state, definition, steps);
      if (to) select(to);
    },
    [definition, steps, select],
  );
  const runs = new Set(steps.flatMap((each) => each.map_run ?? [])).size;
  return (
    <FullBleed className="ex">
      <ExecutionHeader
        execution={execution}
        onChanged={reload}
        onRedrive={redrive}
        onMend={redrive && (() => setUrl({ mend: "1" }))}
        step={step?.name ?? null}
        onCompare={isFork ? compare : undefined}
        vainAt={failsAgain(goesOn) ? namesOf(goesOn).join(", ") : null}
      />
      <Hidden
        id={execution.id}
        hidden={execution.hidden === true}
        address={path("/executions/{}", execution.id)}
        what="this execution's values"
      />
      {failure && <Stale what="the execution" message={failure.message} />}
      <div className="ex-body grow may-shorten gap-14">
        <div className="ex-main may-shorten gap-14">
          <section className="ex-card relative" aria-label="Graph">
            {definition ? (
              <ExecutionCanvas
                definition={definition}
                overlay={overlay}
                selected={pointer}
                onSelect={selectState}
                openAt={pointer}
                label={overlay ? `${execution.workflow} as it ran` : `${execution.workflow}, loading how it ran`}
                bare
              />
            ) : pinned.error ? (
              <Problem error={pinned.error} what="the definition" onRetry={() => void pinned.reload()} />
            ) : (
              <Skeleton what="the graph" rows={4} />
            )}
          </section>
          <section ref={lower} className="ex-card ex-lower" aria-label="The execution">
            <TabStrip
              label="The execution"
              active={tab}
              onChange={(to) => setUrl({ tab: to })}
              items={[
                {
                  id: "timeline",
                  text: "Timeline",
                  content: () => (
                    <TimelineTab execution={execution} shown={shown} step={step} onSelect={select} live={live} />
                  ),
                },
                isFork && {
                  id: BESIDE,
                  text: "Beside the original",
                  content: () => (
                    <Suspense fallback={<Skeleton what="the original" />}>
                      <BesideTab execution={execution} index={index} lastGood={lastGood} onSelect={select} />
                    </Suspense>
                  ),
                },
                {
                  id: "events",
                  text: "Events",
                  count: answer.data?.last_event ?? null,
                  content: () => (
                    <EventsTab
                      execution={execution}
                      lastEvent={answer.data?.last_event ?? 0}
                      steps={steps}
                      onSelect={select}
                    />
                  ),
                },
                {
                  id: "effects",
                  text: "Effects",
                  content: () => (
                    <Suspense fallback={<Skeleton what="the ledger of effects" />}>
                      <EffectsTab
                        execution={execution}
                        steps={steps}
                        changed={changed}
                        onSelect={select}
                        onMapRuns={showMapRuns}
                      />
                    </Suspense>
                  ),
                },
                { id: "log", text: "Log", content: () => <LogTab execution={execution} live={live} /> },
                { id: "values", text: "Input and output", content: () => <ValuesTab execution={execution} /> },
                runs > 0 && {
                  id: "map-runs",
                  text: "Map Runs",
                  count: runs,
                  content: () => (
                    <Suspense fallback={<Skeleton what="the Map Runs" />}>
                      <MapRunsTab execution={execution} runs={shown.mapRuns} live={live} />
                    </Suspense>
                  ),
                },
                { id: "details", text: "Details", content: () => <DetailsTab execution={execution} /> },
              ]}
            />
          </section>
        </div>
        <aside className="ex-card ex-panel" aria-label="Step">
          {step ? (
            <StepPanel
              key={step.id}
              execution={execution}
              step={step}
              index={index}
              run={shown.mapRuns.data?.map_runs.find(({ arn }) => arn === step.map_run)}
              definition={definition}
              pointer={pointer}
              rests={rests}
              live={live}
              onSelect={select}
              onMapRuns={showMapRuns}
              compared={look === COMPARED}
              lastGood={lastGood}
              onCompare={(on) => setUrl({ look: on ? COMPARED : "" })}
              onRedrive={redrive}
              onCopilot={copilot}
            />
          ) : answer.error ? (
            <Problem error={answer.error} what="the steps" onRetry={() => void answer.reload()} />
          ) : answer.data === null ? (
            <Skeleton what="the step" />
          ) : (
            <NoStep execution={execution} onCopilot={copilot} />
          )}
        </aside>
      </div>
      {mend !== "" && (
        <Suspense fallback={null}>
          <ForwardDialog
            execution={execution}
            steps={answer.data?.complete ? goesOnAt(index) : []}
            onLedger={() => {
              setUrl({ mend: "", tab: "effects" });
            }}
            onClose={() => setUrl({ mend: "" })}
            onDone={() => {
              setUrl({ mend: "", step: "" });
              reload();
            }}
          />
        </Suspense>
      )}
      {isRedriving && (
        <RedriveDialog
          execution={execution}
          steps={goesOn}
          onClose={() => setRedriving(false)}
          onRefused={reload}
          onDone={() => {
            setRedriving(false);
            // The page follows what runs: a step that was chosen before is not looked at for ever.
            setUrl({ step: "" });
            reload();
          }}
        />
      )}
    </FullBleed>
  );
}

/** Whether the copilot can be asked to mend it: a model is there, and whoever asks may edit. */
function useMayMend({ status }: Execution): boolean {
  const hasModel = useMe()?.copilot.configured === true;
  return useMay("edit") && hasModel && UNSUCCESSFUL.some((each) => each === status);
}

/** Before the first state was entered; or an execution that failed before it. */
function NoStep({ execution, onCopilot }: { execution: Execution; onCopilot: (() => void) | undefined }) {
  if (execution.error) {
    return (
      <div className="ex-wrong" role="note" aria-label="What went wrong">
        <strong>{execution.error}</strong>
        {execution.cause && <p>{execution.cause}</p>}
        {onCopilot && (
          <p>
            <MendLink onCopilot={onCopilot} />
          </p>
        )}
      </div>
    );
  }
  return <EmptyState title="No state was entered yet">The first step is shown here as soon as it begins.</EmptyState>;
}

/** What is in a distributed Map ran in its children: the way to them is the Map's. */
function visitAround(
  state: StatePointer,
  definition: NonNullable<Shown["definition"]>,
  steps: readonly Step[],
): Step | null {
  const own = visitOf(state, definition, steps);
  if (own !== null) return own;
  const map = steps.findLast((step) => {
    const at = step.map_run ? pointerOfStep(definition, steps as readonly OverlayStep[], step.id) : undefined;
    return at !== undefined && state.startsWith(`${at}/`);
  });
  return map ?? null;
}

/**
 * Of a state that was entered several times the visit that is worth seeing: one that failed for good or is, else the last.
 */
function visitOf(
  state: StatePointer,
  definition: NonNullable<Shown["definition"]>,
  steps: readonly Step[],
): Step | null {
  const name = state
    .slice(state.lastIndexOf("/") + 1)
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
  const visits = steps.filter((each) => each.name === name);
  const own =
    pointersOf(definition, name).length === 1
      ? visits
      : visits.filter((each) => pointerOfStep(definition, steps as readonly OverlayStep[], each.id) === state);
  const over = triedAgain(steps as readonly OverlayStep[]);
  const rank = (each: Step) =>
    (["FAILED", "TIMED_OUT"].includes(each.status) && !over.has(each.id)) || each.exited_at === null;
  return own.findLast(rank) ?? own.at(-1) ?? null;
}
