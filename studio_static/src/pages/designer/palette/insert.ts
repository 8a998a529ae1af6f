/** Putting an item of the palette into the workflow. */
import {
  type EdgeId,
  insertFragment,
  lineAfter,
  lineAtEnd,
  queryLanguageOf,
  type StatePointer,
  scopeOf,
} from "../../../asl";
import { definitionOf, edit, onlySelected, useDesigner } from "../store";
import type { PaletteItem } from "./items";

/** Put `item` on the line `edge`; without one after what is selected, else at the end. Whether it could be done. */
export function insertItem(item: PaletteItem, edge: EdgeId | null = null): boolean {
  const { selected, language } = here();
  return edit((definition) => {
    const after =
      selected === null ? null : (lineAfter(definition, selected) ?? lineAtEnd(definition, scopeOf(selected)));
    return insertFragment(definition, edge ?? after ?? lineAtEnd(definition, ""), item.fragment(language));
  });
}

/** The query language that a new step is written in. */
export function here(): { selected: StatePointer | null; language: "JSONata" | "JSONPath" } {
  const state = useDesigner.getState();
  const selected = onlySelected(state);
  return { selected, language: queryLanguageOf(definitionOf(state), selected) };
}
