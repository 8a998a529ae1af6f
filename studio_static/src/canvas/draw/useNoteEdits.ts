/** Edits of notes: each gives the page all notes, and a name for the step. */
import { useCallback } from "react";
import type { CanvasActions } from "../context";
import type { Rect } from "../layout/types";
import type { Note } from "../model";
import { freeNoteId, NOTE_SIZE } from "./notes";

const NONE: readonly Note[] = [];

interface NoteProps {
  readonly notes?: readonly Note[];
  readonly onNotes?: (notes: readonly Note[], label: string) => void;
}

/** `told` gives the props as they are now: what is called by cards stays the same function. */
export function useNoteEdits(told: () => NoteProps) {
  const change = useCallback<CanvasActions["changeNote"]>(
    (id, difference) => {
      const { notes = NONE, onNotes } = told();
      const next =
        difference === null
          ? notes.filter((note) => note.id !== id)
          : notes.map((note) => (note.id === id ? { ...note, ...difference } : note));
      const word = difference === null ? "Remove" : "text" in difference ? "Write" : "Move";
      onNotes?.(next, `${word} a note`);
    },
    [told],
  );
  /** A new note where it is seen, beside the flow rather than on it. */
  const add = useCallback(
    (sight: Rect) => {
      const { notes = NONE, onNotes } = told();
      const x = Math.min(sight.x + sight.width / 2 + 160, sight.x + sight.width - NOTE_SIZE.width - 24);
      const y = sight.y + sight.height / 3;
      onNotes?.([...notes, { id: freeNoteId(notes), text: "", x, y, ...NOTE_SIZE }], "Add a note");
    },
    [told],
  );
  return { change, add };
}
