/** The items under a search field: one list that arrows walk and Enter takes from. */
import { useDesigner } from "../store";
import "./palette.css";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { putDragged } from "../../../canvas/act/dragging";
import { StateIcon } from "../../../canvas/draw/icons";
import { here } from "./insert";
import { type PaletteItem, paletteItems, type Section, searchItems } from "./items";

/** Connectors first, then the flow, then AWS. */
const TITLES: Readonly<Record<Section, string>> = { Actions: "Actions", Flow: "Flow", AWS: "AWS services" };

interface PaletteListProps {
  /** Of the search field: `/` finds it by this. */
  fieldId?: string;
  autoFocus?: boolean;
  onTake: (item: PaletteItem) => void;
}

export function PaletteList({ fieldId, autoFocus = false, onTake }: PaletteListProps) {
  const connectors = useDesigner((state) => state.connectors);
  const [text, setText] = useState("");
  const all = useMemo(() => paletteItems(connectors), [connectors]);
  const items = useMemo(() => searchItems(all, text), [all, text]);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const own = useId();
  const shown = grouped(items, text);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const take = (item: PaletteItem | undefined): void => {
    if (item === undefined) return;
    setText("");
    setActive(0);
    onTake(item);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      setActive((old) => (old + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(shown[active]);
    } else if (event.key === "Escape") setText("");
  };
  return (
    <div className="dz-palette stack grow may-shorten">
      <input
        id={fieldId}
        className="dz-input dz-find"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${own}-list`}
        aria-activedescendant={shown.length > 0 ? `${own}-${active}` : undefined}
        aria-label="Find a step"
        placeholder="Find a step  ( / )"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: it was opened to be typed into
        autoFocus={autoFocus}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        ref={list}
        id={`${own}-list`}
        className="dz-palette-list grow may-shorten scrolls"
        role="listbox"
        aria-label="Steps"
      >
        {sections(shown).map(({ section, from, items: inside }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox
          <div key={section} role="group" aria-labelledby={`${own}-${section}`}>
            <div id={`${own}-${section}`} className="dz-palette-section text-12 strong soft">
              {TITLES[section]}
            </div>
            {inside.map((item, offset) => (
              <Item
                key={item.id}
                id={`${own}-${from + offset}`}
                index={from + offset}
                item={item}
                isActive={from + offset === active}
                onTake={() => take(item)}
              />
            ))}
          </div>
        ))}
        {shown.length === 0 && (
          <p className="dz-quiet">
            Nothing is called “{text}”. Any AWS call can be typed as service:action, such as kms:encrypt.
          </p>
        )}
      </div>
    </div>
  );
}

interface ItemProps {
  id: string;
  index: number;
  item: PaletteItem;
  isActive: boolean;
  onTake: () => void;
}

function Item({ id, index, item, isActive, onTake }: ItemProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field takes the active item
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      data-index={index}
      className="dz-palette-item row gap-10"
      title={item.note === null ? "Click to add it; drag it onto a line" : item.note}
      draggable
      onDragStart={(event) => putDragged(event.dataTransfer, { fragment: item.fragment(here().language) })}
      onClick={onTake}
    >
      <StateIcon icon={item.icon} tone={item.tone} size={32} />
      <span className="grow may-narrow">
        <span className="one-line dz-palette-title text-13">{item.title}</span>
        <span className="one-line dz-palette-sub text-12 dim">{item.subtitle}</span>
      </span>
      {item.note !== null && <span className="dz-tag">{item.note}</span>}
    </div>
  );
}

const ORDER = Object.keys(TITLES) as Section[];
const MOST_FOUND = 60;

/** Without a search by section; with one the sections in the order of how well they fit. */
function grouped(items: readonly PaletteItem[], text: string): PaletteItem[] {
  const shown = items.slice(0, MOST_FOUND);
  if (text.trim() === "") return bySection(shown, ORDER);
  return bySection(shown, [...new Set(shown.map((item) => item.section))]);
}

function bySection(items: readonly PaletteItem[], order: readonly Section[]): PaletteItem[] {
  return order.flatMap((section) => items.filter((item) => item.section === section));
}

function sections(items: readonly PaletteItem[]): { section: Section; from: number; items: PaletteItem[] }[] {
  const found: { section: Section; from: number; items: PaletteItem[] }[] = [];
  for (const [index, item] of items.entries()) {
    const last = found.at(-1);
    if (last?.section === item.section) last.items.push(item);
    else found.push({ section: item.section, from: index, items: [item] });
  }
  return found;
}
