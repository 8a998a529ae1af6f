/** The items of a Map as a grid, failures first: each a mark and a number; a click opens what is worth seeing of it. */
import { useMemo, useState } from "react";
import type { Step } from "../../../api/schema";
import { MarkShape } from "../../../ui/StatusMark";
import { statusLook } from "../../../ui/status";
import type { StepIndex } from "../steps";
import { failuresFirst, itemsOf, stepOfItem } from "../time/rows";

const PAGE = 300;

interface ItemGridProps {
  map: Step;
  index: StepIndex;
  onSelect: (step: Step) => void;
}

export function ItemGrid({ map, index, onSelect }: ItemGridProps) {
  const items = useMemo(() => failuresFirst(itemsOf(index, map)), [index, map]);
  const [shown, setShown] = useState(PAGE);
  const counts = new Map<string, number>();
  for (const { status } of items) counts.set(status, (counts.get(status) ?? 0) + 1);
  return (
    <div className="ex-parts">
      <p className="ex-counts flex wraps flush">
        {[...counts].map(([status, count]) => {
          const { word, tone, mark } = statusLook(status);
          return (
            <span key={status} className={`status status-${tone}`}>
              <MarkShape mark={mark} size={14} />
              {`${count} ${word.toLowerCase()}`}
            </span>
          );
        })}
      </p>
      <ul className="plain-list ex-grid" aria-label="Items">
        {items.slice(0, shown).map((item) => {
          const { word, tone, mark } = statusLook(item.status);
          return (
            <li key={item.index}>
              <button
                type="button"
                className={`ex-item row size-12 wide framed on-card tone-${tone}`}
                aria-label={`Item ${item.index + 1}: ${word}`}
                title={`Item ${item.index + 1}: ${word}`}
                onClick={() => onSelect(stepOfItem(item))}
              >
                <MarkShape mark={mark} size={12} />
                <span className="tabular">{item.index + 1}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {items.length > shown && (
        <button type="button" className="ex-link" onClick={() => setShown(shown + PAGE * 4)}>
          {`${items.length - shown} more …`}
        </button>
      )}
    </div>
  );
}
