/** The canvas in the designer. */
import { walk } from "../../asl";
import { HistoryBar } from "./HistoryBar";
import type { Tab } from "./slots";
import { definitionOf, select, useDesigner } from "./store";
import type { Choosing } from "./Workbench";

interface CanvasPaneProps {
  workflow: string;
  tab: Tab;
  show: (tab: Tab) => void;
  choosing: Choosing | null;
  choose: (choosing: Choosing | null) => void;
}

export function CanvasPane(_: CanvasPaneProps) {
  const definition = useDesigner(definitionOf);
  const selection = useDesigner((state) => state.selection);
  return (
    <div className="dz-canvas">
      <HistoryBar />
      <ul>
        {[...walk(definition)].map(({ pointer, name }) => (
          <li key={pointer}>
            <button type="button" aria-pressed={selection.includes(pointer)} onClick={() => select([pointer])}>
              {name}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
