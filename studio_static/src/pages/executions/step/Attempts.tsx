/** The tries of a step one under the other, with the time that was waited between them, or where it was redriven. */
import type { Step } from "../../../api/schema";
import { MarkShape, StatusMark } from "../../../ui/StatusMark";
import { Time, Took } from "../../../ui/Time";
import { formatDuration } from "../../../ui/time";
import { beginsAfterRedrive } from "../redrive";
import { plainMessage, secondsBetween } from "../words";

interface AttemptsProps {
  step: Step;
  /** Whether its execution was ever redriven. */
  isRedriven: boolean;
}

export function Attempts({ step, isRedriven }: AttemptsProps) {
  return (
    <ol className="plain-list ex-attempts">
      {step.attempts.map((attempt, place) => {
        const next = step.attempts[place + 1];
        const pause = next ? secondsBetween(attempt.ended_at, next.started_at) : null;
        const took = secondsBetween(attempt.started_at, attempt.ended_at);
        const message = plainMessage(attempt.cause);
        return (
          <li key={attempt.number}>
            <div className="ex-attempt flex wraps">
              <strong>{`Attempt ${attempt.number}`}</strong>
              <StatusMark status={attempt.status} />
              <Time at={attempt.started_at} format="clock-ms" />
              <Took since={attempt.started_at} seconds={took} />
            </div>
            {attempt.error && (
              <p className="ex-attempt-why">
                <strong>{attempt.error}</strong>
                {message && `: ${message}`}
              </p>
            )}
            {pause !== null &&
              (isRedriven && beginsAfterRedrive(step, place + 1) ? (
                <p className="ex-attempt-redriven row gap-8">
                  <span className="ex-attempt-mark">
                    <MarkShape mark="retry" size={14} />
                  </span>
                  {`Redriven ${formatDuration(pause)} later: its retries begin anew`}
                </p>
              ) : (
                <p className="dim ex-attempt-pause">{`Waited ${formatDuration(pause)}`}</p>
              ))}
          </li>
        );
      })}
    </ol>
  );
}
