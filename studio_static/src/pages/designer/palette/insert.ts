/** Putting an item of the palette into the workflow. */
import { insertAt, lineAfter, lineAtEnd, type Place, queryLanguageOf, type StatePointer, scopeOf } from "../../../asl";
import { focusCanvas } from "../focus";
import { definitionOf, edit, onlySelected, useDesigner } from "../store";
import type { PaletteItem } from "./items";

/**
 * Put `item` at `place`; without one after what is selected, else at the end. Its card has the focus then. Whether it
 * could be done.
 */
export function insertItem(item: PaletteItem, place: Place | null = null): boolean {
  const { selected, language } = here();
  const done = edit((definition) => {
    const after =
      selected === null ? null : (lineAfter(definition, selected) ?? lineAtEnd(definition, scopeOf(selected)));
    const line = { edge: after ?? lineAtEnd(definition, "") };
    return insertAt(definition, place ?? line, item.fragment(language));
  });
  if (done) focusCanvas();
  return done;
}

/** The query language that a new step is written in. */
export function here(): { selected: StatePointer | null; language: "JSONata" | "JSONPath" } {
  const state = useDesigner.getState();
  const selected = onlySelected(state);
  return { selected, language: queryLanguageOf(definitionOf(state), selected) };
}
