/** The canvas by keyboard: one card holds the focus, arrows walk, the other keys do what `meaningOf` says. */
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useReducer, useRef, useState } from "react";
import { isNowhere } from "../../app/page";
import type { StatePointer } from "../../asl";
import { readingOrder } from "../draw/elements";
import type { Placed } from "../layout/useLayout";
import { type KeyMeaning, meaningOf } from "./keys";
import { step } from "./walking";

interface Keyboard {
  /** The card that Tab reaches. */
  readonly current: StatePointer | null;
  focus(state: StatePointer | null): void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: (event: { target: EventTarget }) => void;
  readonly onBlur: (event: { target: EventTarget }) => void;
}

interface KeyboardTools {
  readonly placed: Placed;
  readonly selection: readonly StatePointer[];
  readonly renaming: boolean;
  select(states: readonly StatePointer[]): void;
  show(state: StatePointer): void;
  /** Every key but those that walk. Returns whether it was of use. */
  act(meaning: KeyMeaning, current: StatePointer | null): boolean;
}

export function useKeyboard(room: RefObject<HTMLElement | null>, tools: KeyboardTools): Keyboard {
  const { placed, selection, select, show, act, renaming } = tools;
  const [focused, setFocused] = useState<StatePointer | null>(null);
  /** The card that is to have the focus, and what had it when that was asked: whoever went elsewhere since keeps it. */
  const wanted = useRef<{ readonly card: StatePointer; readonly from: Element | null } | null>(null);
  const [, lookAgain] = useReducer((count: number) => count + 1, 0);
  /** What within the canvas has the focus, or had it when it was taken away. */
  const held = useRef<Element | null>(null);
  const here = (state: StatePointer | null): state is StatePointer => state !== null && placed.layout.nodes.has(state);
  const last = selection.at(-1) ?? null;
  const current = here(focused) ? focused : here(last) ? last : (readingOrder(placed.graph).find(here) ?? null);

  const focus = useCallback((state: StatePointer | null) => {
    wanted.current = state === null ? null : { card: state, from: document.activeElement };
    setFocused(state);
    lookAgain();
  }, []);

  // After each render: the card that was asked for may only now be there. React Flow puts cards on the page a moment
  // later than this component is rendered, so it is looked for once more before the page is painted.
  useEffect(() => {
    const settle = (): void => {
      const element = room.current;
      if (element === null || renaming) return;
      // The card with the focus is gone (removed, renamed, moved): the one that took its place gets it.
      const lost = held.current !== null && !held.current.isConnected && document.activeElement === document.body;
      const has = document.activeElement;
      const wish = wanted.current;
      if (wish !== null && !isNowhere(has) && has !== wish.from && !element.contains(has)) wanted.current = null;
      const target = wanted.current?.card ?? (lost ? (here(last) ? last : current) : null);
      if (target === null) return;
      const card = element.querySelector<HTMLElement>(`[data-card="${CSS.escape(target)}"][tabindex]`);
      if (card === null) return;
      wanted.current = null;
      card.focus({ preventScroll: true });
      // A dialog that closed may have given it the focus already, which React does not tell.
      held.current = card;
    };
    settle();
    const later = requestAnimationFrame(settle);
    return () => cancelAnimationFrame(later);
  });

  const walk = (arrow: Extract<KeyMeaning, { do: "walk" }>): void => {
    if (current === null) return;
    const isStart = focused === null && selection.length === 0;
    const next = isStart ? current : step(placed, current, arrow.arrow);
    if (next === null) return;
    select(arrow.extend ? [...selection.filter((state) => state !== next), next] : [next]);
    show(next);
    focus(next);
  };

  return {
    current,
    focus,
    onKeyDown: (event) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const meaning = meaningOf(event);
      if (meaning === null) return;
      // Enter and space on a button are the button's.
      const onCard = (event.target as HTMLElement).closest("[data-card]") !== null;
      if (meaning.do === "open" && !onCard) return;
      if (meaning.do === "walk") walk(meaning);
      else if (!act(meaning, current)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    onFocus: ({ target }) => {
      held.current = target as Element;
      const card = (target as Element).closest?.("[data-card]")?.getAttribute("data-card");
      if (card) setFocused(card);
    },
    onBlur: ({ target }) => {
      // A card that is removed loses the focus too; only one that stays has lost it to something else.
      setTimeout(() => {
        if (held.current === target && held.current?.isConnected) held.current = null;
      });
    },
  };
}

export function isTyping(target: EventTarget): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
