/** The object that the designer's panels get. */
import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Slot, Tab } from "./slots";
import {
  apply,
  ask,
  definitionOf,
  documentOf,
  draftEtag,
  onlySelected,
  saveNow,
  select,
  setOverlay,
  useDesigner,
} from "./store";

export function useSlot(workflow: string, show: (tab: Tab) => void): Slot {
  const shown = useDesigner(
    useShallow((state) => ({
      document: documentOf(state),
      definition: definitionOf(state),
      selected: onlySelected(state),
      selection: state.selection,
      problems: state.problems,
      checked: state.checked,
      connectors: state.connectors,
      activeVersion: state.activeVersion,
      saved: state.save.kind === "saved",
      etag: draftEtag(),
    })),
  );
  return useMemo(
    () => ({
      workflow,
      ...shown,
      apply: (edit, name) => apply(name, edit(documentOf(useDesigner.getState()))),
      save: saveNow,
      select,
      show,
      setOverlay,
      ask,
    }),
    [workflow, shown, show],
  );
}
