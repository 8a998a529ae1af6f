/** Lines of a log: when, how grave, of which state, what. */
import type { LogLine } from "../../../api/schema";
import { Time } from "../../../ui/Time";

interface LogLinesProps {
  lines: readonly LogLine[];
  label: string;
  /** Whether each says which state it is of. */
  withState?: boolean;
}

/** What levels colour. */
const GRAVE: Readonly<Record<string, string>> = { WARNING: "warn", ERROR: "bad", CRITICAL: "bad" };

export function LogLines({ lines, label, withState = false }: LogLinesProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <ol className="code-room plain-list ex-log size-12 scrolls" aria-label={label} tabIndex={0}>
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own, and are only added at the end
        <li key={place}>
          <Time at={line.at} format="clock-ms" />
          <span className={`strong ${GRAVE[line.level.toUpperCase()] ?? "dim"}`}>{line.level}</span>
          <span className="ex-said">
            {withState && line.state && (
              <strong>{`${line.state}${line.attempt && line.attempt > 1 ? `, attempt ${line.attempt}` : ""} `}</strong>
            )}
            {line.message}
          </span>
        </li>
      ))}
    </ol>
  );
}
