/** A moment or a duration on the page, in the clock that is chosen, with the whole of it as the tooltip. */
import { useEffect, useState } from "react";
import { usePreferences } from "../app/preferences";
import { formatAgo, formatDuration, formatTime, type TimeFormat } from "./time";

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
  const [now, setNow] = useState(Date.now);
  const isFresh = now - new Date(at).getTime() < 3_600_000;
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), isFresh ? 10_000 : 60_000);
    return () => window.clearInterval(timer);
  }, [isFresh]);
  return <>{formatAgo(at, Math.max(now, new Date(at).getTime()), clock)}</>;
}

export function Duration({ seconds }: { seconds: number | null | undefined }) {
  return <span className="tabular">{seconds === null || seconds === undefined ? "–" : formatDuration(seconds)}</span>;
}

/** Of something that runs: from `since` until now, counted up every second. */
export function Elapsed({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return <Duration seconds={Math.max(0, Math.floor((now - new Date(since).getTime()) / 1000))} />;
}
