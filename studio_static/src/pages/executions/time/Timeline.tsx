/**
 * The steps as bars along time. Only the rows that are seen are on the page, so that a Map of thousands scrolls as one of
 * ten. A tree to who hears it: arrows walk, right and left unfold and fold, and what is walked to is selected.
 */
import { type KeyboardEvent, memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { MarkShape } from "../../../ui/StatusMark";
import { statusLook } from "../../../ui/status";
import { formatDuration } from "../../../ui/time";
import type { Row } from "./rows";
import { foldsOf, piecesOf, type Range, secondsOf, ticksOf } from "./scale";

const ROW = 28;
const SPARE = 8;

interface TimelineProps {
  rows: readonly Row[];
  range: Range;
  /** When the execution began: ticks count from there. */
  origin: number;
  now: number;
  /** The key of the selected row. */
  selected: string | null;
  onSelect: (row: Row) => void;
  onFold: (row: Row, open: boolean) => void;
}

export function Timeline({ rows, range, origin, now, selected, onSelect, onFold }: TimelineProps) {
  const box = useRef<HTMLDivElement>(null);
  const { top, height } = useSeen(box);
  const at = rows.findIndex((row) => row.key === selected);
  useRevealed(box, selected, at);
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW) + SPARE);
  const shown = rows.slice(first, last);
  const folds = foldsOf(range);

  const onKey = (event: KeyboardEvent) => {
    const row = rows[at];
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    }[event.key];
    if (to !== undefined) {
      const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
      if (next) onSelect(next);
    } else if (event.key === "ArrowRight" && row?.foldable && !row.open) onFold(row, true);
    else if (event.key === "ArrowLeft" && row?.foldable && row.open) onFold(row, false);
    else if (event.key === "ArrowLeft" && row) {
      const outer = rows.slice(0, at).findLast((each) => each.depth < row.depth);
      if (outer) onSelect(outer);
    } else if ((event.key === "Enter" || event.key === " ") && row?.foldable) onFold(row, !row.open);
    else return;
    event.preventDefault();
  };

  return (
    <div className="tl">
      <div className="tl-head firm size-12 dim" aria-hidden="true">
        <span />
        <div className="tl-axis">
          {ticksOf(range, origin).map((tick) => (
            <span key={tick.text} className="tl-tick" style={{ left: `${tick.at * 100}%` }}>
              {tick.text}
            </span>
          ))}
          {folds.map(({ left, width, title }) => (
            <span key={left} className="tl-again" style={{ left: `${(left + width / 2) * 100}%` }} title={title}>
              <MarkShape mark="retry" size={14} />
            </span>
          ))}
        </div>
        <span />
      </div>
      <div
        ref={box}
        className="tl-rows grow may-shorten relative"
        role="tree"
        aria-label="Timeline"
        tabIndex={0}
        onKeyDown={onKey}
        aria-activedescendant={at >= first && at < last ? rowId(at) : undefined}
      >
        <div className="tl-space" style={{ height: rows.length * ROW }} role="presentation">
          <div className="tl-grid" aria-hidden="true">
            <div className="tl-axis">
              {ticksOf(range, origin).map((tick) => (
                <span key={tick.text} className="tl-line" style={{ left: `${tick.at * 100}%` }} />
              ))}
            </div>
          </div>
          {shown.map((row, place) => (
            <TimelineRow
              key={row.key}
              row={row}
              place={first + place}
              range={range}
              now={row.to === null ? now : 0}
              isSelected={row.key === selected}
              onSelect={onSelect}
              onFold={onFold}
            />
          ))}
          <div className="tl-grid tl-over" aria-hidden="true">
            <div className="tl-axis">
              {folds.map(({ left, width, title }) => (
                <span
                  key={left}
                  className="tl-rest"
                  style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
                  title={title}
                />
              ))}
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

const rowId = (place: number) => `timeline-row-${place}`;

interface TimelineRowProps {
  row: Row;
  place: number;
  range: Range;
  now: number;
  isSelected: boolean;
  onSelect: (row: Row) => void;
  onFold: (row: Row, open: boolean) => void;
}

const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { row, place, range, now, isSelected, onSelect, onFold } = props;
  const { word, tone, mark } = statusLook(row.status);
  const seconds = secondsOf(row, now, range.rests);
  const took = seconds === null ? "–" : formatDuration(seconds);
  const tries = row.kind === "step" && row.step.attempts.length > 1 ? `${row.step.attempts.length} attempts` : "";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keyboard
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names this row
    <div
      id={rowId(place)}
      role="treeitem"
      className="tl-row"
      aria-level={row.depth + 1}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={isSelected}
      aria-expanded={row.foldable ? row.open : undefined}
      data-status={row.status}
      style={{ top: place * ROW }}
      onClick={() => (row.kind === "rest" ? onFold(row, !row.open) : onSelect(row))}
    >
      <span className="row may-narrow gap-6" style={{ paddingLeft: 8 + row.depth * 16 }}>
        <span
          className="tl-fold firm dim"
          aria-hidden="true"
          onClick={(event) => {
            if (!row.foldable) return;
            event.stopPropagation();
            onFold(row, !row.open);
          }}
        >
          {row.foldable && (
            <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
              <path
                d={row.open ? "M1 3l4 4 4-4" : "M3 1l4 4-4 4"}
                fill="none"
                stroke="currentColor"
                strokeWidth="1.6"
              />
            </svg>
          )}
        </span>
        <span className={`status-${tone} tl-mark`}>
          <MarkShape mark={mark} size={14} />
        </span>
        <span className="one-line" title={row.hint ? `${row.label}, ${row.hint}` : row.label}>
          {row.label}
        </span>
        {row.hint && <span className="dim tl-hint firm size-12">{row.hint}</span>}
      </span>
      <span className="relative" aria-hidden="true">
        {piecesOf(row, range, now).map((piece) => (
          <span
            key={`${piece.title} ${piece.left}`}
            className={`tl-bar tl-${piece.kind} tone-${statusLook(piece.status).tone}${piece.faded ? " tl-faded" : ""}`}
            style={{ left: `${piece.left * 100}%`, width: `${piece.width * 100}%` }}
            title={piece.title}
          />
        ))}
      </span>
      <span className="tl-took flex apart gap-8 size-12 soft tabular">
        <span className={`tl-word status-${tone}`}>{word}</span>
        <span>{took}</span>
        {tries && <span className="visually-hidden">{tries}</span>}
      </span>
    </div>
  );
});

/** What of the box is seen. */
function useSeen(box: React.RefObject<HTMLDivElement | null>): { top: number; height: number } {
  const [seen, setSeen] = useState({ top: 0, height: 400 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () =>
      setSeen((old) =>
        old.top === element.scrollTop && old.height === element.clientHeight
          ? old
          : { top: element.scrollTop, height: element.clientHeight },
      );
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [box]);
  return seen;
}

/** The selected row comes into sight when another is selected; a list that grows moves nothing. */
function useRevealed(box: React.RefObject<HTMLDivElement | null>, selected: string | null, at: number): void {
  const revealed = useRef<string | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null || at < 0 || revealed.current === selected) return;
    revealed.current = selected;
    const [from, to] = [at * ROW, (at + 1) * ROW];
    if (from < element.scrollTop) element.scrollTop = Math.max(0, from - ROW);
    else if (to > element.scrollTop + element.clientHeight) element.scrollTop = to + ROW - element.clientHeight;
  }, [box, selected, at]);
}
