/** The selected state in the address: it can be sent, and a link from elsewhere opens at it. */
import { useEffect, useRef } from "react";
import { useUrlState } from "../../app/urlState";
import { nameOf, pointersOf } from "../../asl";
import { definitionOf, onlySelected, select, useDesigner } from "./store";

const IN_URL = { state: "" };

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
    setUrl({ state: selected === null ? "" : nameOf(selected) });
  }, [selected, wanted, setUrl]);
}
