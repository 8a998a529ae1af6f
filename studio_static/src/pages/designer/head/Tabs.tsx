/** The designer's tabs, as the pattern of the ARIA practices has them: arrows move, the one that is open is reached by Tab. */
import { type KeyboardEvent, useRef } from "react";
import type { Tab } from "../slots";

const TABS: readonly { id: Tab; text: string }[] = [
  { id: "design", text: "Design" },
  { id: "code", text: "Code" },
  { id: "test", text: "Test" },
  { id: "rules", text: "Rule tester" },
  { id: "versions", text: "Versions" },
];

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

export function Tabs({ tab, show }: { tab: Tab; show: (tab: Tab) => void }) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = TABS.findIndex((each) => each.id === tab);
    const next = TABS[(at + step + TABS.length) % TABS.length];
    if (next === undefined) return;
    show(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab=${next.id}]`)?.focus();
  };
  return (
    <div
      ref={list}
      className="dz-tabs flex gap-4"
      role="tablist"
      aria-label="The workflow's views"
      onKeyDown={onKeyDown}
    >
      {TABS.map(({ id, text }) => (
        <button
          key={id}
          type="button"
          role="tab"
          data-tab={id}
          aria-selected={id === tab}
          aria-controls="dz-panel"
          tabIndex={id === tab ? 0 : -1}
          onClick={() => show(id)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
