/** Sticky notes in a workflow document: `studio.notes`, beside the definition and never in it. */
import { isObject, type JsonObject, own, studioOf, withStudio } from "../../asl";
import type { Note } from "../model";

export const NOTE_SIZE = { width: 208, height: 112 } as const;

/** The notes of a document; what is no note is left out. */
export function notesOf(document: JsonObject): Note[] {
  const notes = own(studioOf(document), "notes");
  if (!Array.isArray(notes)) return [];
  return notes.flatMap((note) =>
    isObject(note) && typeof note.id === "string" && typeof note.text === "string" && isPlaced(note)
      ? [{ id: note.id, text: note.text, x: note.x, y: note.y, width: note.width, height: note.height }]
      : [],
  );
}

type Placed = JsonObject & { x: number; y: number; width: number; height: number };
const isPlaced = (note: JsonObject): note is Placed =>
  ["x", "y", "width", "height"].every((key) => typeof note[key] === "number");

/** The document with these notes; without any, the field goes away. */
export function withNotes(document: JsonObject, notes: readonly Note[]): JsonObject {
  const kept = notes.map((note) => ({ ...note }));
  return withStudio(document, "notes", kept.length === 0 ? undefined : kept);
}

/** An id that none of `notes` has. */
export function freeNoteId(notes: readonly Note[]): string {
  const taken = new Set(notes.map((note) => note.id));
  for (let number = notes.length + 1; ; number += 1) if (!taken.has(`note-${number}`)) return `note-${number}`;
}
