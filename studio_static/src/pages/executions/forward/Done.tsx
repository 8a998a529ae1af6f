/** What the execution already did, before it goes on: its ledger of effects in short, with the way to all of it. */
import { path } from "../../../api/client";
import type { Effects, Execution, Step } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { Problem } from "../../../ui/Problem";
import { Skeleton } from "../../../ui/Skeleton";
import { doneBefore, doneWords, mayDouble } from "./done";

/** The most that a page of the ledger has. */
const MOST = 1000;

interface DoneProps {
  execution: Execution;
  /** Where it goes on. */
  steps: readonly Step[];
  /** Show the whole ledger. */
  onLedger: () => void;
}

export function Done({ execution, steps, onLedger }: DoneProps) {
  const ledger = useApi<Effects>(`${path("/executions/{}/effects", execution.id)}?limit=${MOST}`);
  const found = ledger.data === null ? [] : doneBefore(ledger.data.effects, steps);
  return (
    <section className="fw-plan gap-8" aria-label="Already done">
      <strong>Already done</strong>
      {ledger.error ? (
        <Problem error={ledger.error} what="the ledger of effects" onRetry={() => void ledger.reload()} />
      ) : ledger.data === null ? (
        <Skeleton what="the ledger of effects" rows={2} />
      ) : found.length === 0 ? (
        <p className="ex-plain">It made no call.</p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
          <ul className="fw-reasons breaks scrolls flush" aria-label="Calls by state" tabIndex={0}>
            {found.map((each) => (
              <li key={each.state}>
                <strong>{each.state}</strong>: {doneWords(each)}
                {mayDouble(each) && ". Look whether it may be done twice."}
              </li>
            ))}
          </ul>
          <p className="ex-plain">
            {ledger.data.next_token !== null && `These are its first ${MOST} calls. `}
            <button type="button" className="ex-link" onClick={onLedger}>
              Show the ledger of effects
            </button>
          </p>
        </>
      )}
    </section>
  );
}
