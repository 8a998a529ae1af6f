/** The timeline with its folds, its zoom and its legend. */
import { useCallback, useMemo, useState } from "react";
import type { Execution, Step } from "../../../api/schema";
import { EmptyState } from "../../../ui/EmptyState";
import { Skeleton } from "../../../ui/Skeleton";
import { MarkShape } from "../../../ui/StatusMark";
import { useNow } from "../../../ui/useNow";
import type { Shown } from "../useExecution";
import { keysTo, type Row, rowsOf } from "./rows";
import { rangeOf, zoomedTo } from "./scale";
import { Timeline } from "./Timeline";

interface TimelineTabProps {
  execution: Execution;
  shown: Shown;
  step: Step | null;
  onSelect: (step: Step) => void;
  live: boolean;
}

export function TimelineTab({ execution, shown, step, onSelect, live }: TimelineTabProps) {
  const { index, steps, answer, rests } = shown;
  const now = useNow(live ? 1000 : null);
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [zoom, setZoom] = useState<Row | null>(null);
  /** A row of several steps (an item) that was clicked stays selected itself. */
  const [row, setRow] = useState<string | null>(null);
  const rows = useMemo(() => {
    const plain = rowsOf(steps, folds, index);
    if (step === null || plain.some((each) => each.step.id === step.id)) return plain;
    const opened = new Map([...keysTo(index, step).map((key): [string, boolean] => [key, true]), ...folds]);
    return rowsOf(steps, opened, index);
  }, [steps, folds, index, step]);
  const whole = rangeOf(execution.started_at, execution.ended_at, now, rests);
  const zoomed = zoom && rows.find(({ key }) => key === zoom.key);
  const range = zoomed ? zoomedTo(zoomed, whole) : whole;
  const selected = rows.some((each) => each.key === row && each.step.id === step?.id) ? row : (step?.id ?? null);
  const current = rows.find(({ key }) => key === selected);
  const choose = useCallback(
    (to: Row) => {
      setRow(to.key);
      onSelect(to.step);
    },
    [onSelect],
  );
  const fold = useCallback((to: Row, open: boolean) => setFolds((old) => new Map(old).set(to.key, open)), []);
  if (answer.data === null) return <Skeleton what="the timeline" />;
  if (rows.length === 0) return <EmptyState title="No state was entered yet" />;
  return (
    <div className="tl-room stack">
      <div className="tl-tools flex apart firm gap-12 size-12">
        <Legend isRedriven={rests.length > 0} />
        {zoom ? (
          <button type="button" className="ex-link" onClick={() => setZoom(null)}>
            Show the whole time
          </button>
        ) : (
          <button type="button" className="ex-link" disabled={!current} onClick={() => current && setZoom(current)}>
            Zoom to the selected step
          </button>
        )}
      </div>
      {!answer.data.complete && (
        <p className="ex-note">
          The history is longer than is read here: the first steps are shown, and those that failed.
        </p>
      )}
      <Timeline
        rows={rows}
        range={range}
        origin={whole.start}
        now={live ? Math.max(now, whole.start) : whole.end}
        selected={selected}
        onSelect={choose}
        onFold={fold}
      />
    </div>
  );
}

function Legend({ isRedriven }: { isRedriven: boolean }) {
  return (
    <span className="row gap-6 dim" aria-hidden="true">
      <span className="tl-key tl-wait tone-idle" /> waits
      <span className="tl-key tl-run tone-bad tl-faded" /> attempt that was tried again
      {isRedriven && (
        <>
          <span className="tl-key tl-again">
            <MarkShape mark="retry" size={12} />
          </span>
          redriven
        </>
      )}
    </span>
  );
}
