/** The palette's items for what was typed, and putting one of them into the workflow. */
import { useMemo, useState } from "react";
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
import { type PaletteItem, paletteItems, searchItems } from "./items";

interface PaletteState {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly items: readonly PaletteItem[];
}

export function usePalette(): PaletteState {
  const connectors = useDesigner((state) => state.connectors);
  const [text, setText] = useState("");
  const all = useMemo(() => paletteItems(connectors), [connectors]);
  const items = useMemo(() => searchItems(all, text), [all, text]);
  return { text, setText, items };
}

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
