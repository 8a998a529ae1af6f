/** Bars over time, each the way to the executions behind it: plain elements, no library. */
import type { Bar } from "../../api/schema";
import { anyHref, followClick } from "../../app/links";
import { type Clock, usePreferences } from "../../app/preferences";
import { formatTime } from "../../ui/time";
import { barWords, countWords, inBar, isLabelled, listOf, moneyWords } from "./words";

const PARTS = ["failed", "stopped", "open", "succeeded"] as const;

interface BarsProps {
  label: string;
  bars: readonly Bar[];
  what: "runs" | "cost";
}

export function Bars({ label, bars, what }: BarsProps) {
  const clock = usePreferences((state) => state.clock);
  const sizeOf = (bar: Bar) => (what === "cost" ? bar.usd : bar.started);
  const most = Math.max(...bars.map(sizeOf));
  const isLong = bars.length > 24;
  return (
    <ul className={`db-bars db-${what}`} aria-label={label}>
      {most > 0 && (
        <li className="db-most" aria-hidden="true">
          {what === "cost" ? moneyWords(most) : countWords(most)}
        </li>
      )}
      {bars.map((bar, number) => (
        <li key={bar.at}>
          <a
            href={anyHref(listOf(inBar(bar)))}
            onClick={followClick}
            aria-label={barWords(formatTime(bar.at, clock, "table").slice(0, 16), bar, what)}
            title={barWords(whenOf(bar.at, clock, isLong), bar, what)}
          >
            <span className="db-bar" style={{ height: most > 0 ? `${(100 * sizeOf(bar)) / most}%` : 0 }}>
              {what === "runs" &&
                PARTS.map(
                  (part) => bar[part] > 0 && <span key={part} className={`db-${part}`} style={{ flex: bar[part] }} />,
                )}
            </span>
          </a>
          <span className="db-when" aria-hidden="true">
            {isLabelled(number, bars.length) ? whenOf(bar.at, clock, isLong) : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** "14:00", and of a long time "31 Jan". */
export function whenOf(at: string, clock: Clock, isLong: boolean): string {
  if (isLong) return formatTime(at, clock, "date").split(" ").slice(0, 2).join(" ");
  return formatTime(at, clock, "clock").slice(0, 5);
}
