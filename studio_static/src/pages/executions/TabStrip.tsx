/** Tabs whose content fills what is left of their room and scrolls by itself. Arrows, Home and End move among them. */
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";

export interface TabItem {
  id: string;
  text: string;
  /** Beside the text: how many. */
  count?: number | null;
  content: () => ReactNode;
}

interface TabStripProps {
  label: string;
  /** False is left out. */
  items: readonly (TabItem | false)[];
  active: string;
  onChange: (id: string) => void;
}

export function TabStrip({ label, items: given, active, onChange }: TabStripProps) {
  const items = given.filter((item) => item !== false);
  const shown = items.find(({ id }) => id === active) ?? items[0];
  const strip = useRef<HTMLDivElement>(null);
  const current = shown?.id;
  const words = items.map(({ text, count }) => `${text} ${count ?? ""}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a count that comes later moves the tabs behind it
  useEffect(() => {
    if (current === undefined) return;
    const room = strip.current;
    const tab = room?.querySelector(`#${tabId(label, current)}`);
    if (!room || !tab) return;
    // The strip alone: on a phone the page would go along.
    const [outer, inner] = [room.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (inner.left < outer.left) room.scrollLeft += inner.left - outer.left;
    else if (inner.right > outer.right) room.scrollLeft += inner.right - outer.right;
  }, [label, current, words]);
  const onKey = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = items.findIndex(({ id }) => id === shown?.id);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const item = to === undefined ? undefined : items[(to + items.length) % items.length];
    if (item === undefined) return;
    event.preventDefault();
    onChange(item.id);
    event.currentTarget.querySelector<HTMLElement>(`#${tabId(label, item.id)}`)?.focus();
  };
  return (
    <div className="ex-tabs stack grow may-shorten">
      <div className="ex-tabs-bar row apart firm ruled">
        <div ref={strip} role="tablist" aria-label={label} className="ex-tabs-strip" onKeyDown={onKey}>
          {items.map(({ id, text, count }) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={tabId(label, id)}
              aria-selected={id === shown?.id}
              aria-controls={`${tabId(label, id)}-panel`}
              tabIndex={id === shown?.id ? 0 : -1}
              onClick={() => onChange(id)}
            >
              {count === undefined || count === null ? text : `${text} (${count})`}
            </button>
          ))}
        </div>
      </div>
      {shown && (
        <div
          role="tabpanel"
          id={`${tabId(label, shown.id)}-panel`}
          aria-labelledby={tabId(label, shown.id)}
          className="ex-tabs-panel grow may-shorten scrolls"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          tabIndex={0}
        >
          {shown.content()}
        </div>
      )}
    </div>
  );
}

const tabId = (label: string, id: string) => `tab-${label.replaceAll(/\W+/g, "-")}-${id}`;
