/** A moment or a duration on the page, in the clock that is chosen, with the whole of it as the tooltip. */
import { usePreferences } from "../app/preferences";
import { formatAgo, formatDuration, formatTime, type TimeFormat } from "./time";
import { useNow } from "./useNow";

interface TimeProps {
  at: string | null | undefined;
  /** "ago" counts from now. */
  format?: TimeFormat | "ago";
}

export function Time({ at, format = "full" }: TimeProps) {
  const clock = usePreferences((state) => state.clock);
  if (!at) return <span>–</span>;
  return (
    <time className="tabular" dateTime={at} title={format === "full" ? undefined : formatTime(at, clock)}>
      {format === "ago" ? <Ago at={at} /> : formatTime(at, clock, format)}
    </time>
  );
}

function Ago({ at }: { at: string }) {
  const clock = usePreferences((state) => state.clock);
  const isFresh = Date.now() - new Date(at).getTime() < 3_600_000;
  const now = useNow(isFresh ? 10_000 : 60_000);
  return <>{formatAgo(at, Math.max(now, new Date(at).getTime()), clock)}</>;
}

export function Duration({ seconds }: { seconds: number | null | undefined }) {
  return <span className="tabular">{seconds === null || seconds === undefined ? "–" : formatDuration(seconds)}</span>;
}

/** How long something took; of what still runs (no `seconds`), counted up. */
export function Took({ since, seconds }: { since: string | null | undefined; seconds: number | null | undefined }) {
  return typeof seconds !== "number" && since ? <Elapsed since={since} /> : <Duration seconds={seconds} />;
}

/** Of something that runs: from `since` until now, counted up every second. */
function Elapsed({ since }: { since: string }) {
  const now = useNow(1000);
  return <Duration seconds={Math.max(0, Math.floor((now - new Date(since).getTime()) / 1000))} />;
}
