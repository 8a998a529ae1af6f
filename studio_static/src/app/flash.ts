/** Messages over the page: what was done, what went wrong. Any code may send one. */
import type { ReactNode } from "react";
import { create } from "zustand";
import { asApiError } from "../api/errors";

export interface Flash {
  id: string;
  type: "success" | "error" | "warning" | "info";
  header?: string;
  content: ReactNode;
  action?: { text: string; run: () => void };
  /** It leaves with the page that it is about, as does what has an action. */
  ofPage?: boolean;
}

interface Flashes {
  shown: Flash[];
  add: (flash: Flash) => void;
  dismiss: (id: string) => void;
  /** Another page is shown: what only was about the last one goes. */
  leave: () => void;
}

export const useFlashes = create<Flashes>((set) => ({
  shown: [],
  add: (flash) =>
    set((state) => ({ shown: [flash, ...state.shown.filter((each) => each.id !== flash.id)].slice(0, 4) })),
  dismiss: (id) => set((state) => ({ shown: state.shown.filter((each) => each.id !== id) })),
  leave: () => set((state) => ({ shown: state.shown.filter((each) => !each.ofPage && each.action === undefined) })),
}));

let count = 0;
const SUCCESS_STAYS_MS = 6000;

/**
 * Show a message. A success with nothing to click leaves by itself, everything else stays until it is dismissed, or its
 * page is left.
 */
export function notify(flash: Omit<Flash, "id"> & { id?: string }): void {
  count += 1;
  const id = flash.id ?? `flash-${count}`;
  useFlashes.getState().add({ ...flash, id });
  if (flash.type === "success" && flash.action === undefined)
    window.setTimeout(() => useFlashes.getState().dismiss(id), SUCCESS_STAYS_MS);
}

/** Do something, and show what came of it: the words that it answers, or under `header` what it throws. */
export async function tell(act: () => Promise<string>, header: string): Promise<void> {
  try {
    notify({ type: "success", content: await act() });
  } catch (thrown) {
    notifyError(thrown, header);
  }
}

/** Show what was thrown, with its place and its advice. */
export function notifyError(thrown: unknown, header: string): void {
  const error = asApiError(thrown);
  const content = [error.message, error.where ? `At ${error.where}.` : "", error.advice ?? ""]
    .filter(Boolean)
    .join(" ");
  notify({ type: "error", header, content });
}
