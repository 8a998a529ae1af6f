/** A list edited as cards: each item with the ways to change it, to move it and to take it out. */
import { isObject, type Json, type JsonObject } from "../../../asl";

export interface ItemCard {
  readonly item: JsonObject;
  /** Counted from 1: items have no identity but their place. */
  readonly number: number;
  /** Edits of the same `field` in a row are one step of the history. */
  readonly onChange: (next: JsonObject, field: string) => void;
  readonly onRemove: () => void;
  /** Null for the first. */
  readonly onUp: (() => void) | null;
  /** Null for the last. */
  readonly onDown: (() => void) | null;
}

/** `write` gets what was done in words, the whole list, and with an edit the field. `what` is one item in a word. */
export function cardsOf(
  items: readonly Json[],
  what: string,
  write: (label: string, next: Json[], field?: string) => void,
): ItemCard[] {
  const move = (from: number, to: number): void => {
    const next = [...items];
    next.splice(to, 0, ...next.splice(from, 1));
    write(`Move ${what} ${from + 1}`, next);
  };
  return items.map((item, index) => ({
    item: isObject(item) ? item : {},
    number: index + 1,
    onChange: (next, field) =>
      write(
        `Edit ${what} ${index + 1}`,
        items.map((each, at) => (at === index ? next : each)),
        `${index} ${field}`,
      ),
    onRemove: () =>
      write(
        `Remove ${what} ${index + 1}`,
        items.filter((_, at) => at !== index),
      ),
    onUp: index === 0 ? null : () => move(index, index - 1),
    onDown: index === items.length - 1 ? null : () => move(index, index + 1),
  }));
}
