/** Copy, cut and paste as ASL, by the browser's own events: no permission to ask for, and any editor is the other end. */
import { type ClipboardEvent, useMemo } from "react";
import { copyStates, type Definition, type StatePointer, stateAt } from "../../asl";
import type { CanvasCommand } from "../commands";
import { isTyping } from "./useKeyboard";

export function useClipboard(
  definition: Definition,
  selected: () => readonly StatePointer[],
  editable: boolean,
  command: (command: CanvasCommand) => void,
) {
  return useMemo(() => {
    // What a diff shows as gone is in no definition.
    const there = (states: readonly StatePointer[]) => states.filter((state) => stateAt(definition, state));
    const take = (event: ClipboardEvent): readonly StatePointer[] => {
      const states = isTyping(event.target) ? [] : there(selected());
      if (states.length === 0) return states;
      event.clipboardData.setData("text/plain", copyStates(definition, states));
      event.preventDefault();
      return states;
    };
    return {
      /** For the menu. Resolves when the clipboard has it. */
      copy: (state: StatePointer): Promise<void> =>
        navigator.clipboard.writeText(copyStates(definition, there([state]))),
      events: {
        onCopy: (event: ClipboardEvent) => {
          const states = take(event);
          if (states.length > 0) command({ kind: "copied", states });
        },
        onCut: (event: ClipboardEvent) => {
          const states = editable ? take(event) : [];
          if (states.length > 0) command({ kind: "remove", states });
        },
        onPaste: (event: ClipboardEvent) => {
          if (!editable || isTyping(event.target)) return;
          event.preventDefault();
          const text = event.clipboardData.getData("text/plain");
          command({ kind: "paste", text, after: selected().at(-1) ?? null });
        },
      },
    };
  }, [definition, selected, editable, command]);
}
