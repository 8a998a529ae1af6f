/** Why a step failed in a plain sentence, what it means, and where to look next; or how a step stands that has not ended. */
import type { AwaitedCall, Step, StepDetail } from "../../../api/schema";
import { usePreferences } from "../../../app/preferences";
import { MarkShape } from "../../../ui/StatusMark";
import { statusLook } from "../../../ui/status";
import { attemptsSince, goesOnAt } from "../redrive";
import { brokenBy, caughtBefore, isBad, isUnderWay, type StepIndex } from "../steps";
import { attemptsSentence, awaitedSentence, meaningOf, plainMessage, standingSentence } from "../words";

interface WhatWentWrongProps {
  step: Step;
  detail: StepDetail | null;
  index: StepIndex;
  /** Seconds; null while it runs. */
  took: number | null;
  /** Whether its execution was ever redriven. */
  isRedriven: boolean;
  /** What a redriven execution waits for. */
  awaited: readonly AwaitedCall[];
  onSelect: (step: Step) => void;
  /** Ask whether to redrive the execution; absent where it cannot be. */
  onRedrive: (() => void) | undefined;
  /** Ask the copilot what must change; absent where it cannot be. */
  onCopilot: (() => void) | undefined;
  /** Hold it against the last good run; absent where that is shown, or there can be none. */
  onCompare: (() => void) | undefined;
}

export function WhatWentWrong(props: WhatWentWrongProps) {
  const { step, detail, index, took, isRedriven, awaited, onSelect, onRedrive, onCopilot, onCompare } = props;
  const clock = usePreferences((state) => state.clock);
  const { tone, mark } = statusLook(step.status);
  if (isUnderWay(step.status) || step.status === "ABORTED") {
    return (
      <div className={`ex-stands row gap-8 on-panel tone-${tone}`} role="note" aria-label="How it stands">
        <MarkShape mark={mark} />
        <span>{awaitedSentence(step, awaited, clock) ?? standingSentence(step)}</span>
        {step.status === "ABORTED" && onCopilot && <MendLink onCopilot={onCopilot} />}
      </div>
    );
  }
  if (!isBad(step.status) && step.status !== "CAUGHT") return null;
  const error = step.error ?? detail?.error ?? null;
  const message = plainMessage(detail?.cause ?? step.attempts.at(-1)?.cause ?? null);
  const meaning = meaningOf(error);
  const inner = brokenBy(index, step);
  const before = step.type === "Fail" ? caughtBefore(index, step) : null;
  return (
    <div className={`ex-wrong tone-${tone}`} role="note" aria-label="What went wrong">
      <p>
        <strong>{error ?? "It failed"}</strong>
        {(message ?? meaning) && `: ${message ?? meaning}`}
      </p>
      {message && meaning && <p>{meaning}</p>}
      <p>{attemptsSentence(step, took, isRedriven ? attemptsSince(step) : null)}</p>
      {step.caught?.next && <p>{`A Catcher took it and went on to ${step.caught.next}.`}</p>}
      {inner.id !== step.id && <Look at={inner} onSelect={onSelect} words="It failed because of" />}
      {before && <Look at={before} onSelect={onSelect} words="It came here after" />}
      <p className="ex-facts">
        {onRedrive && goesOnAt(index).includes(step) && (
          <button type="button" className="ex-link" onClick={onRedrive}>
            Redrive from here …
          </button>
        )}
        {isBad(step.status) && onCopilot && <MendLink onCopilot={onCopilot} />}
        {onCompare && (
          <button type="button" className="ex-link" onClick={onCompare}>
            Compare with the last good run
          </button>
        )}
      </p>
    </div>
  );
}

export function MendLink({ onCopilot }: { onCopilot: () => void }) {
  return (
    <button type="button" className="ex-link" onClick={onCopilot}>
      Mend it with the copilot
    </button>
  );
}

function Look({ at, words, onSelect }: { at: Step; words: string; onSelect: (step: Step) => void }) {
  const item = at.item === null ? "" : `, item ${at.item + 1}`;
  return (
    <p>
      {`${words} `}
      <button type="button" className="ex-link" onClick={() => onSelect(at)}>
        {`${at.name}${item}`}
      </button>
      {at.error ? `, which failed with ${at.error}.` : "."}
    </p>
  );
}
