/** Events by AWS's names, each with a line; opened, the whole of it as JSON. */
import { useState } from "react";
import { JsonView } from "../../../ui/JsonView";
import { Time } from "../../../ui/Time";
import { type HistoryEvent, isoOf, lineOf, sinceStart, toneOf, unfolded } from "./events";

interface EventListProps {
  events: readonly HistoryEvent[];
  startedAt: string | null;
  /** The list's accessible name. */
  label: string;
  /** Beside an opened event: go to the step it belongs to. */
  onStep?: (event: HistoryEvent) => void;
  /** Likewise: ask how the execution is forked there. */
  onFork?: ((event: HistoryEvent) => void) | undefined;
}

export function EventList({ events, startedAt, label, onStep, onFork }: EventListProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const toggle = (id: number) =>
    setOpen((old) => {
      const now = new Set(old);
      if (!now.delete(id)) now.add(id);
      return now;
    });
  return (
    <ol className="plain-list ex-events" aria-label={label}>
      {events.map((event) => (
        <li key={event.id}>
          <button
            type="button"
            className="ex-event gap-10 wide ruled"
            aria-expanded={open.has(event.id)}
            onClick={() => toggle(event.id)}
          >
            <span className="tabular dim">{event.id}</span>
            <span className={`ex-event-type strong breaks tone-${toneOf(event.type)}`}>{event.type}</span>
            <span className="soft breaks">{lineOf(event)}</span>
            <span className="tabular dim">{sinceStart(event, startedAt)}</span>
          </button>
          {open.has(event.id) && (
            <div className="ex-event-whole stack gap-6">
              <div className="ex-facts">
                <Time at={isoOf(event)} />
                <span className="dim">{`After event ${event.previousEventId}`}</span>
                {onStep && (
                  <button type="button" className="ex-link" onClick={() => onStep(event)}>
                    Show its step
                  </button>
                )}
                {onFork && (
                  <button type="button" className="ex-link" onClick={() => onFork(event)}>
                    Fork here …
                  </button>
                )}
              </div>
              <JsonView value={unfolded(event)} label={`Event ${event.id}`} open={3} fileName={`event-${event.id}`} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
