/** A fork side by side with its original: the steps of both, how each ended, and whether its output is another one. */
import "./beside.css";
import { useMemo } from "react";
import { path } from "../../../api/client";
import type { Execution, History, Step } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { executionHref } from "../../../app/links";
import { NavLink } from "../../../ui/NavLink";
import { Problem } from "../../../ui/Problem";
import { Skeleton } from "../../../ui/Skeleton";
import { StatusMark } from "../../../ui/StatusMark";
import type { HistoryEvent } from "../log/events";
import type { LastGood } from "../step/useLastGood";
import { placeWords, type StepIndex } from "../steps";
import { type BesideRow, differenceWords, type Outputs, outputsOf, rowsBeside } from "./beside";

const MOST_ROWS = 500;
const ALIKE = new Set(["", "same output", "outputs are hidden"]);

interface BesideTabProps {
  execution: Execution;
  index: StepIndex;
  /** The original. */
  lastGood: LastGood;
  onSelect: (step: Step) => void;
}

export default function BesideTab({ execution, index, lastGood, onSelect }: BesideTabProps) {
  const { run, index: there, error } = lastGood;
  const here = useOutputs(execution.id);
  const others = useOutputs(run?.id ?? null);
  const rows = useMemo(
    () => (there === null ? [] : rowsBeside([...index.byId.values()], [...there.byId.values()])),
    [index, there],
  );
  if (error) return <Problem error={error} what="the original" />;
  if (!run || there === null) return <Skeleton what="the original" rows={5} />;
  return (
    <div className="ex-parts">
      <ol className="plain-list" aria-label="Steps of the fork beside its original's">
        <li className="fk-row fk-head" aria-hidden>
          <strong>{`The fork, version ${execution.version}`}</strong>
          <strong>{`The original, version ${run.version}`}</strong>
        </li>
        {rows.slice(0, MOST_ROWS).map((row) => (
          <Row
            key={(row.fork ?? row.original)?.id}
            row={row}
            words={differenceWords(row, here, others)}
            sides={[index, there]}
            original={run.id}
            onSelect={onSelect}
          />
        ))}
      </ol>
      {rows.length > MOST_ROWS && <p>{`and ${rows.length - MOST_ROWS} more steps`}</p>}
    </div>
  );
}

/** Of the first page of a history: what is behind it is not compared. */
function useOutputs(id: string | null): Outputs {
  const { data } = useApi<History>(id === null ? null : path("/executions/{}/history", id));
  return useMemo(() => outputsOf((data?.events ?? []) as unknown as HistoryEvent[]), [data]);
}

interface RowProps {
  row: BesideRow;
  words: string;
  sides: readonly [StepIndex, StepIndex];
  /** Its id. */
  original: string;
  onSelect: (step: Step) => void;
}

function Row({ row: { fork, original: other }, words, sides, original, onSelect }: RowProps) {
  return (
    <li className={`fk-row ${ALIKE.has(words) ? "" : "fk-differs"}`}>
      <div className="breaks">
        <span className="fk-side dim">Fork: </span>
        {fork === null ? (
          <span className="dim">not entered</span>
        ) : (
          <>
            <StatusMark status={fork.status} markOnly />{" "}
            <button type="button" className="ex-link" onClick={() => onSelect(fork)}>
              {nameOf(fork)}
            </button>
            <Place step={fork} index={sides[0]} />
          </>
        )}
      </div>
      <div className="breaks">
        <span className="fk-side dim">Original: </span>
        {other === null ? (
          <span className="dim">not entered</span>
        ) : (
          <>
            <StatusMark status={other.status} markOnly />{" "}
            <NavLink to={`${executionHref(original)}?step=${encodeURIComponent(other.id)}`}>{nameOf(other)}</NavLink>
            <Place step={other} index={sides[1]} />
          </>
        )}
      </div>
      <span className="fk-words">{words}</span>
    </li>
  );
}

const nameOf = (step: Step) => (step.visit > 1 ? `${step.name}, visit ${step.visit}` : step.name);

function Place({ step, index }: { step: Step; index: StepIndex }) {
  const words = placeWords(index, step);
  return words === "" ? null : <div className="dim">{words}</div>;
}
