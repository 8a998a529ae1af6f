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

export function useSlot(workflow: string, show: (tab: Tab) => void, reload: () => Promise<void>): Slot {
  const document = useDesigner(documentOf);
  const definition = useDesigner(definitionOf);
  const selected = useDesigner(onlySelected);
  const { selection, problems, checked, connectors, save, activeVersion } = useDesigner(
    useShallow(({ selection, problems, checked, connectors, save, activeVersion }) => {
      return { selection, problems, checked, connectors, save, activeVersion };
    }),
  );
  return useMemo(
    () => ({
      workflow,
      document,
      definition,
      selected,
      selection,
      problems,
      checked,
      connectors,
      etag: draftEtag(),
      saved: save.kind === "saved",
      activeVersion,
      apply: (edit, name) => apply(name, edit(documentOf(useDesigner.getState()))),
      save: saveNow,
      reload,
      select,
      show,
      setOverlay,
      ask,
    }),
    [
      workflow,
      document,
      definition,
      selected,
      selection,
      problems,
      checked,
      connectors,
      save,
      activeVersion,
      reload,
      show,
    ],
  );
}
