/** What a key means on the canvas. Pure: the canvas does it. */
import type { Arrow } from "./walking";

export type KeyMeaning =
  | { readonly do: "walk"; readonly arrow: Arrow; readonly extend: boolean }
  | { readonly do: "undo" | "redo" | "find" | "select all" | "duplicate" }
  | { readonly do: "open" | "rename" | "remove" | "insert" | "retry" | "catch" | "fold" | "menu" }
  | { readonly do: "fit" | "whole size" | "zoom in" | "zoom out" | "escape" };

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const PLAIN: Readonly<Record<string, KeyMeaning["do"]>> = {
  Enter: "open",
  " ": "open",
  F2: "rename",
  Delete: "remove",
  Backspace: "remove",
  "+": "insert",
  r: "retry",
  c: "catch",
  ".": "fold",
  "0": "fit",
  "1": "whole size",
  "-": "zoom out",
  "=": "zoom in",
  Escape: "escape",
  ContextMenu: "menu",
};
const WITH_CONTROL: Readonly<Record<string, KeyMeaning["do"]>> = {
  z: "undo",
  y: "redo",
  f: "find",
  a: "select all",
  d: "duplicate",
};

/** Null for keys that are the browser's or the page's. Copy, cut and paste come as events of their own. */
export function meaningOf(pressed: Pressed): KeyMeaning | null {
  const { key, shiftKey } = pressed;
  if (pressed.altKey) return null;
  if (pressed.ctrlKey || pressed.metaKey) {
    const meaning = WITH_CONTROL[key.toLowerCase()];
    if (meaning === "undo" && shiftKey) return { do: "redo" };
    return meaning === undefined ? null : ({ do: meaning } as KeyMeaning);
  }
  if (key.startsWith("Arrow")) return { do: "walk", arrow: key as Arrow, extend: shiftKey };
  if (key === "F10" && shiftKey) return { do: "menu" };
  const meaning = PLAIN[key];
  return meaning === undefined ? null : ({ do: meaning } as KeyMeaning);
}
