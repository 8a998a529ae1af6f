/**
 * All events of the execution, a page at a time by their numbers, which have no gaps. A filter looks through them from the
 * beginning until it has a page full.
 */
import Input from "@cloudscape-design/components/input";
import Pagination from "@cloudscape-design/components/pagination";
import Select from "@cloudscape-design/components/select";
import { Suspense, useEffect, useState } from "react";
import { get, path, withQuery } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import type { Execution, History, Step } from "../../../api/schema";
import { executionHref } from "../../../app/links";
import { useMay } from "../../../app/me";
import { part } from "../../../app/part";
import { EmptyState } from "../../../ui/EmptyState";
import { NavLink } from "../../../ui/NavLink";
import { Problem } from "../../../ui/Problem";
import { Skeleton } from "../../../ui/Skeleton";
import { parentOf } from "../redrive";
import { EventList } from "./EventList";
import { EVENT_FILTERS, type HistoryEvent, matches } from "./events";

const ForkDialog = part(() => import("../fork/ForkDialog"));

const PAGE = 100;
const CHUNK = 1000;
const MOST_FOUND = 200;

interface EventsTabProps {
  execution: Execution;
  /** The number of the newest event. */
  lastEvent: number;
  steps: readonly Step[];
  onSelect: (step: Step) => void;
}

export function EventsTab({ execution, lastEvent, steps, onSelect }: EventsTabProps) {
  const [filter, setFilter] = useState("");
  const [words, setWords] = useState("");
  const [page, setPage] = useState(1);
  const [found, setFound] = useState<{ events: HistoryEvent[]; whole: boolean } | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [forking, setForking] = useState<HistoryEvent | null>(null);
  const mayFork = useMay("run") && !execution.fork && parentOf(execution.id) === null;
  const isFiltered = filter !== "" || words.trim() !== "";
  // An ended page of a history never changes: only the one that holds the newest event is asked again.
  const newest = isFiltered || page * PAGE >= lastEvent ? lastEvent : 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when there are newer events
  useEffect(() => {
    const control = new AbortController();
    const timer = window.setTimeout(
      async () => {
        try {
          const address = path("/executions/{}/history", execution.id);
          const result = isFiltered
            ? await search(address, (event) => matches(event, filter, words), control.signal)
            : { events: await chunk(address, (page - 1) * PAGE, PAGE, control.signal), whole: true };
          if (control.signal.aborted) return;
          setFound(result);
          setError(null);
        } catch (thrown) {
          if (!control.signal.aborted) setError(asApiError(thrown));
        }
      },
      words === "" ? 0 : 250,
    );
    return () => {
      control.abort();
      window.clearTimeout(timer);
    };
  }, [execution.id, isFiltered, filter, words, page, newest]);

  const showStep = (event: HistoryEvent) => {
    const inside = steps.filter((step) => step.first_event <= event.id && step.last_event >= event.id);
    const own = inside.reduce<Step | null>(
      (best, step) => (best === null || step.first_event > best.first_event ? step : best),
      null,
    );
    if (own) onSelect(own);
  };
  return (
    <div className="ex-events-room stack gap-8">
      <div className="ex-events-tools row wraps gap-12">
        <Select
          ariaLabel="Which events"
          selectedOption={EVENT_FILTERS.find(({ value }) => value === filter) ?? EVENT_FILTERS[0] ?? null}
          options={[...EVENT_FILTERS]}
          onChange={({ detail }) => setFilter(detail.selectedOption.value ?? "")}
        />
        <Input
          ariaLabel="Find events"
          type="search"
          placeholder="A type, a state, an error"
          value={words}
          onChange={({ detail }) => setWords(detail.value)}
        />
        {!isFiltered && lastEvent > PAGE && (
          <Pagination
            currentPageIndex={page}
            pagesCount={Math.ceil(lastEvent / PAGE)}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
            ariaLabels={{
              nextPageLabel: "Later events",
              previousPageLabel: "Earlier events",
              pageLabel: (number) => `Page ${number} of events`,
            }}
          />
        )}
      </div>
      {error ? (
        <Problem error={error} what="the events" />
      ) : found === null ? (
        <Skeleton what="the events" />
      ) : found.events.length === 0 ? (
        <EmptyState title={isFiltered ? "No event matches" : "Nothing happened yet"} />
      ) : (
        <>
          <EventList
            label="Events of the execution"
            events={found.events}
            startedAt={execution.started_at}
            onStep={showStep}
            onFork={mayFork ? setForking : undefined}
          />
          {execution.fork && (
            <p className="ex-note">
              A fork is not forked again: fork{" "}
              <NavLink to={`${executionHref(execution.fork.original)}?tab=events`}>its original</NavLink>.
            </p>
          )}
          {!found.whole && (
            <p className="ex-note">{`The first ${MOST_FOUND} that match are shown: say more of what you look for.`}</p>
          )}
        </>
      )}
      {forking && (
        <Suspense fallback={null}>
          <ForkDialog execution={execution} event={forking} onClose={() => setForking(null)} />
        </Suspense>
      )}
    </div>
  );
}

/** `limit` events, or the last ones: many large ones come in several answers, the largest values not at all. */
async function chunk(address: string, after: number, limit: number, signal: AbortSignal): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let more = true;
  while (more && events.length < limit) {
    const from = events.at(-1)?.id ?? after;
    const asked = { after: from, limit: limit - events.length, large_values: "false" };
    const history = await get<History>(withQuery(address, asked), signal);
    events.push(...(history.events as unknown as HistoryEvent[]));
    more = history.next_token !== null;
  }
  return events;
}

async function search(address: string, isMatch: (event: HistoryEvent) => boolean, signal: AbortSignal) {
  const events: HistoryEvent[] = [];
  for (let after = 0; ; ) {
    const read = await chunk(address, after, CHUNK, signal);
    events.push(...read.filter(isMatch));
    if (events.length > MOST_FOUND) return { events: events.slice(0, MOST_FOUND), whole: false };
    if (read.length < CHUNK) return { events, whole: true };
    after = read.at(-1)?.id ?? after + CHUNK;
  }
}
