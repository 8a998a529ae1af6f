/** What Ctrl+K finds: the shell's own commands, and those of the page that is open (the designer's states). */

import { useEffect } from "react";
import { create } from "zustand";
import { wordsOf } from "../ui/search";

export interface Command {
  id: string;
  /** The heading it stands under: "Workflows". */
  group: string;
  text: string;
  detail?: string;
  /** Also found by these words. */
  keywords?: string;
  run: () => void;
}

interface Commands {
  open: boolean;
  /** By their owner: what lists them, asked when they are looked through. */
  ofPages: ReadonlyMap<string, () => readonly Command[]>;
  setOpen: (open: boolean) => void;
  register: (owner: string, list: () => readonly Command[]) => void;
  forget: (owner: string) => void;
}

export const useCommands = create<Commands>((set) => ({
  open: false,
  ofPages: new Map(),
  setOpen: (open) => set({ open }),
  register: (owner, list) => set((state) => ({ ofPages: new Map(state.ofPages).set(owner, list) })),
  forget: (owner) =>
    set((state) => {
      const kept = new Map(state.ofPages);
      kept.delete(owner);
      return { ofPages: kept };
    }),
}));

/** Adds a page's commands while it is open. `list` is asked for them each time that they are looked through. */
export function usePageCommands(owner: string, list: () => readonly Command[]): void {
  useEffect(() => {
    const { register, forget } = useCommands.getState();
    register(owner, list);
    return () => forget(owner);
  }, [owner, list]);
}

/** How well a command answers what was typed: higher is better, null is not at all. Every word must be found. */
export function score(command: Pick<Command, "text" | "detail" | "keywords">, query: string): number | null {
  const words = wordsOf(query);
  const text = command.text.toLowerCase();
  const rest = `${command.detail ?? ""} ${command.keywords ?? ""}`.toLowerCase();
  let total = 0;
  for (const word of words) {
    const one = scoreWord(text, rest, word);
    if (one === null) return null;
    total += one;
  }
  return total;
}

function scoreWord(text: string, rest: string, word: string): number | null {
  if (text.startsWith(word)) return 100;
  const at = text.indexOf(word);
  if (at > 0) return /[\s_\-./:]/.test(text[at - 1] ?? "") ? 80 : 60;
  if (rest.includes(word)) return 30;
  return isWithin(text, word) ? 10 : null;
}

/** Whether the letters of `word` stand in `text` in their order: "ordfl" in "order_flow". */
function isWithin(text: string, word: string): boolean {
  if (word.length < 3) return false;
  let at = 0;
  for (const letter of word) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
