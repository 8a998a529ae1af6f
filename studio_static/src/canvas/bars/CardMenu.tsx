/** The menu of a card: right click, the menu key, or Shift+F10. */
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { ScreenPoint } from "../commands";

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** A key, or a word on why it is disabled. */
  readonly hint?: string;
  readonly disabled?: boolean;
  readonly danger?: boolean;
}

interface CardMenuProps {
  at: ScreenPoint;
  label: string;
  /** Groups are set apart by a line. */
  groups: readonly (readonly MenuItem[])[];
  /** `byKey`: the focus goes back to where it was. */
  onClose: (byKey: boolean) => void;
}

export function CardMenu({ at, label, groups, onClose }: CardMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = menu.current;
    if (element === null) return;
    const box = element.getBoundingClientRect();
    element.style.left = `${Math.max(8, Math.min(at.x, window.innerWidth - box.width - 8))}px`;
    element.style.top = `${Math.max(8, Math.min(at.y, window.innerHeight - box.height - 8))}px`;
    element.querySelector("button")?.focus();
    const away = (event: PointerEvent): void => {
      if (!element.contains(event.target as Node)) onClose(false);
    };
    document.addEventListener("pointerdown", away, true);
    return () => document.removeEventListener("pointerdown", away, true);
  }, [at, onClose]);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      onClose(true);
      return;
    }
    const items = [...(menu.current?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];
    const here = items.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  };
  return (
    <div ref={menu} className="floats card-menu" role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {groups
        .filter((items) => items.length > 0)
        .map((items, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other identity.
          <div key={index} className="card-menu-group" role="none">
            {items.map((item) => (
              <button
                key={item.label}
                type="button"
                role="menuitem"
                disabled={item.disabled}
                className={item.danger ? "is-danger" : undefined}
                onClick={() => {
                  onClose(true);
                  item.run();
                }}
              >
                <span>{item.label}</span>
                {item.hint !== undefined && <kbd>{item.hint}</kbd>}
              </button>
            ))}
          </div>
        ))}
    </div>
  );
}
