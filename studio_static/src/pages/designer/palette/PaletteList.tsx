/** The items under a search field: one list that arrows walk and Enter takes from. */
import { useDesigner } from "../store";
import "./palette.css";
import { type KeyboardEvent, memo, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
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

export const PaletteList = memo(function PaletteList({ fieldId, autoFocus = false, onTake }: PaletteListProps) {
  const connectors = useDesigner((state) => state.connectors);
  const [text, setText] = useState("");
  const all = useMemo(() => paletteItems(connectors), [connectors]);
  const common = useMemo(() => bySection(searchItems(all, ""), ORDER), [all]);
  const isSearched = text.trim() !== "";
  const shown = useMemo(() => (isSearched ? byFit(searchItems(all, text)) : common), [all, common, isSearched, text]);
  const [active, setActive] = useState(0);
  const own = useId();
  const activeId = `${own}-${isSearched ? "found" : "common"}-${active}`;
  // To scroll costs a layout of the page: only where arrows may have left what is seen, or the list is not at its top.
  const isScrolled = useRef(false);
  useEffect(() => {
    if (active > 0 || isScrolled.current) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [active, activeId]);

  const take = useCallback(
    (item: PaletteItem): void => {
      setText("");
      setActive(0);
      onTake(item);
    },
    [onTake],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const item = shown[active];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      setActive((old) => (old + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (item !== undefined) take(item);
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
        aria-activedescendant={shown.length > 0 ? activeId : undefined}
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
        id={`${own}-list`}
        className="dz-palette-list grow may-shorten scrolls"
        role="listbox"
        aria-label="Steps"
        onScroll={({ currentTarget }) => {
          isScrolled.current = currentTarget.scrollTop > 0;
        }}
      >
        {/* Only hidden while something else is found: after each step that is taken it is there again. */}
        <Options id={`${own}-common`} items={common} active={isSearched ? -1 : active} onTake={take} />
        {isSearched && <Options id={`${own}-found`} items={shown} active={active} onTake={take} />}
        {shown.length === 0 && (
          <p className="dz-quiet">
            Nothing is called “{text}”. Any AWS call can be typed as service:action, such as kms:encrypt.
          </p>
        )}
      </div>
    </div>
  );
});

interface OptionsProps {
  id: string;
  items: readonly PaletteItem[];
  /** The number of the active one; -1 hides them all. */
  active: number;
  onTake: (item: PaletteItem) => void;
}

const Options = memo(function Options({ id, items, active, onTake }: OptionsProps) {
  return (
    <div className={active < 0 ? "dz-palette-away" : undefined}>
      {sections(items).map(({ section, from, items: inside }) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox
        <div key={section} role="group" aria-labelledby={`${id}-${section}`}>
          <div id={`${id}-${section}`} className="dz-palette-section text-12 strong soft">
            {TITLES[section]}
          </div>
          {inside.map((item, offset) => (
            <Item
              key={item.id}
              id={`${id}-${from + offset}`}
              item={item}
              isActive={from + offset === active}
              onTake={onTake}
            />
          ))}
        </div>
      ))}
    </div>
  );
});

interface ItemProps {
  id: string;
  item: PaletteItem;
  isActive: boolean;
  onTake: (item: PaletteItem) => void;
}

const Item = memo(function Item({ id, item, isActive, onTake }: ItemProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field takes the active item
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className="dz-palette-item row gap-10"
      title={item.note === null ? "Click to add it; drag it onto a line" : item.note}
      draggable
      onDragStart={(event) => putDragged(event.dataTransfer, { fragment: item.fragment(here().language) })}
      onClick={() => onTake(item)}
    >
      <StateIcon icon={item.icon} tone={item.tone} size={32} />
      <span className="grow may-narrow">
        <span className="one-line dz-palette-title text-13">{item.title}</span>
        <span className="one-line dz-palette-sub text-12 dim">{item.subtitle}</span>
      </span>
      {item.note !== null && <span className="dz-tag">{item.note}</span>}
    </div>
  );
});

const ORDER = Object.keys(TITLES) as Section[];
const MOST_FOUND = 60;

/** What was found, the sections in the order of how well they fit. */
function byFit(items: readonly PaletteItem[]): PaletteItem[] {
  const found = items.slice(0, MOST_FOUND);
  return bySection(found, [...new Set(found.map((item) => item.section))]);
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
