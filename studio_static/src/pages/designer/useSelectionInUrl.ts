/** The selected state in the address: it can be sent, and a link from elsewhere opens at it. */
import { useEffect, useRef } from "react";
import { useUrlState } from "../../app/urlState";
import { nameOf, pointersOf } from "../../asl";
import { definitionOf, onlySelected, select, useDesigner } from "./store";

const IN_URL = { state: "" };
/** Writing the address costs as much as drawing a card: it waits until what was selected is drawn. */
const PAUSE_MS = 200;

export function useSelectionInUrl(): void {
  const selected = useDesigner(onlySelected);
  const [{ state: wanted }, setUrl] = useUrlState(IN_URL);
  const opened = useRef(false);
  useEffect(() => {
    if (!opened.current) {
      opened.current = true;
      const [found] = pointersOf(definitionOf(useDesigner.getState()), wanted);
      if (found !== undefined) return select([found]);
    }
    const timer = window.setTimeout(() => setUrl({ state: selected === null ? "" : nameOf(selected) }), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [selected, wanted, setUrl]);
}
