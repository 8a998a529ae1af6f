/** A status: always a mark and a word beside its colour. Small places show the mark and say the word to the pointer. */
import "./status.css";
import type { ReactNode } from "react";
import { type Mark, statusLook } from "./status";

interface StatusMarkProps {
  status: string;
  /** The mark alone; the word is its tooltip and its accessible name. */
  markOnly?: boolean;
  /** More for the tooltip and the accessible name: "Failed, 2 h ago". */
  detail?: string;
  size?: number;
}

export function StatusMark({ status, markOnly = false, detail, size = 16 }: StatusMarkProps) {
  const { word, tone, mark } = statusLook(status);
  const spoken = detail ? `${word}, ${detail}` : word;
  if (markOnly) {
    return (
      <span className={`status status-${tone}`} role="img" aria-label={spoken} title={spoken} data-status={status}>
        <MarkShape mark={mark} size={size} />
      </span>
    );
  }
  return (
    <span className={`status status-${tone}`} title={detail} data-status={status}>
      <MarkShape mark={mark} size={size} />
      <span>{word}</span>
    </span>
  );
}

const STROKE = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 2,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

/** The mark's drawing, in the colour of the text around it. */
export function MarkShape({ mark, size = 16 }: { mark: Mark; size?: number }) {
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false" {...STROKE}>
      {SHAPES[mark]}
    </svg>
  );
}

const RING = <circle cx="8" cy="8" r="7" />;
const SHAPES: Readonly<Record<Mark, ReactNode>> = {
  check: ringed("m5 8.2 2.1 2.1L11 6.2"),
  cross: ringed("m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6"),
  clock: ringed("M8 4.3V8l2.4 1.6"),
  square: (
    <>
      {RING}
      <path d="M6 6h4v4H6z" fill="currentColor" />
    </>
  ),
  pause: ringed("M6.4 5.6v4.8m3.2-4.8v4.8"),
  dots: ringed("M5 8h.01M8 8h.01M11 8h.01"),
  hourglass: (
    <path d="M4 1.5h8m-8 13h8M4.8 1.5c0 3.4 3.2 4 3.2 6.5s-3.2 3.1-3.2 6.5m6.4-13c0 3.4-3.2 4-3.2 6.5s3.2 3.1 3.2 6.5" />
  ),
  retry: <path d="M13.5 8A5.5 5.5 0 1 1 11.6 3.8M13.5 1.5V5H10" />,
  caught: <path d="M8 1.8 15 14H1zM8 6.5v3.2M8 11.8v.01" />,
};

function ringed(path: string): ReactNode {
  return (
    <>
      {RING}
      <path d={path} />
    </>
  );
}
