/** The tries of a step one under the other, with the time that was waited between them. */
import type { Step } from "../../api/schema";
import { StatusMark } from "../../ui/StatusMark";
import { Duration, Elapsed, Time } from "../../ui/Time";
import { formatDuration } from "../../ui/time";
import { plainMessage, secondsBetween } from "./words";

export function Attempts({ step }: { step: Step }) {
  return (
    <ol className="ex-attempts">
      {step.attempts.map((attempt, place) => {
        const next = step.attempts[place + 1];
        const pause = next ? secondsBetween(attempt.ended_at, next.started_at) : null;
        const took = secondsBetween(attempt.started_at, attempt.ended_at);
        const message = plainMessage(attempt.cause);
        return (
          <li key={attempt.number}>
            <div className="ex-attempt">
              <strong>{`Attempt ${attempt.number}`}</strong>
              <StatusMark status={attempt.status} />
              <Time at={attempt.started_at} format="clock-ms" />
              {took === null && attempt.started_at ? (
                <Elapsed since={attempt.started_at} />
              ) : (
                <Duration seconds={took} />
              )}
            </div>
            {attempt.error && (
              <p className="ex-attempt-why">
                <strong>{attempt.error}</strong>
                {message && `: ${message}`}
              </p>
            )}
            {pause !== null && <p className="dim ex-attempt-pause">{`Waited ${formatDuration(pause)}`}</p>}
          </li>
        );
      })}
    </ol>
  );
}
