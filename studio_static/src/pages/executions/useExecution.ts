/** One execution with its steps and the definition it runs by, kept up to date while it is open. */
import { useEffect, useMemo, useState } from "react";
import { path, withQuery } from "../../api/client";
import type { DefinitionAnswer, Execution, MapRunList, StepsAnswer } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { PACE_MS, useChanges } from "../../api/useChanges";
import type { Definition } from "../../asl";
import { type OverlayStep, overlayOf } from "../../canvas";
import { childrenOfRun } from "./children/words";
import { indexOf } from "./steps";
import { restsOf, secondsRan } from "./time/rests";

/** Histories are read whole for their steps, about 13 µs of the server an event: long ones are read less often. */
const MS_AN_EVENT = 0.2;
const PACE_MOST_MS = 15_000;
const PACE_RUNS_MS = 4000;

const OPEN = new Set(["RUNNING", "PAUSED"]);
export const isOpenStatus = (status: string) => OPEN.has(status);

export function useExecution(id: string) {
  const [live, setLive] = useState(true);
  const [pace, setPace] = useState(PACE_MS);
  /** How often something happened while the page was open. */
  const [changed, setChanged] = useState(0);
  const execution = useApi<Execution>(path("/executions/{}", id));
  const answer = useApi<StepsAnswer>(path("/executions/{}/steps", id));
  const status = execution.data?.status;
  const stepsStatus = answer.data?.status;
  // Both must have ended: steps that were read a moment earlier may still run.
  const hasEnded = [status, stepsStatus].every((each) => each !== undefined && !isOpenStatus(each));
  const isRead = execution.data !== null && (answer.data !== null || answer.error !== null);
  useChanges(
    live && isRead && !hasEnded ? withQuery("/changes", { execution: id }) : null,
    () => {
      setChanged((before) => before + 1);
      return Promise.all([execution.reload(), answer.reload()]);
    },
    pace,
  );
  // Another version, another definition: it is read anew.
  const at = execution.data?.changeovers.at(-1)?.event;
  const pinned = useApi<DefinitionAnswer>(withQuery(path("/executions/{}/definition", id), { at }));
  const events = answer.data?.last_event ?? 0;
  useEffect(() => {
    if (status === undefined) return;
    setLive(!hasEnded);
    setPace(Math.min(PACE_MOST_MS, Math.max(PACE_MS, events * MS_AN_EVENT)));
  }, [status, hasEnded, events]);

  const data = answer.data;
  const steps = useMemo(() => data?.steps ?? [], [data]);
  const index = useMemo(() => indexOf(steps), [steps]);
  const document = pinned.data?.document ?? null;
  const definition = useMemo(() => (document?.definition as Definition | undefined) ?? null, [document]);
  const rests = useMemo(() => restsOf(data?.rests ?? []), [data]);
  const hasRuns = steps.some((step) => step.map_run !== null);
  const mapRuns = useApi<MapRunList>(hasRuns ? path("/executions/{}/map-runs", id) : null, {
    changed,
    poll: live ? PACE_RUNS_MS : null,
  });
  const runs = mapRuns.data?.map_runs;
  const overlay = useMemo(() => {
    if (definition === null || data === null) return undefined;
    const secondsOf = (step: OverlayStep) => secondsRan(rests, step.entered_at, step.exited_at);
    const childrenOf = (step: OverlayStep) => childrenOfRun(runs?.find(({ arn }) => arn === step.map_run));
    return overlayOf(definition, steps as readonly OverlayStep[], data.edges, secondsOf, childrenOf);
  }, [definition, steps, data, rests, runs]);
  return { mapRuns, execution, answer, pinned, steps, index, definition, rests, overlay, live, changed };
}

export type Shown = ReturnType<typeof useExecution>;
