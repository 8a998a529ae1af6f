/** The bar at the canvas's foot: zoom, fit, direction, error paths, folding. */

import { useReactFlow, useStore } from "@xyflow/react";
import { useMemo } from "react";
import { Glyph } from "../draw/icons";
import type { Rect } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import type { WorkflowCanvasProps } from "../props";
import { foldable } from "../view/containers";
import { windowOf } from "../view/seen";
import type { Camera } from "../view/useCamera";
import type { Settings } from "../view/useSettings";
import type { ErrorPaths, Pane } from "../view/view";

export interface ZoomBarProps {
  canvas: WorkflowCanvasProps;
  placed: Placed;
  pane: Pane;
  settings: Settings;
  changeSettings: (change: Partial<Settings>) => void;
  camera: Camera;
  addNote: (sight: Rect) => void;
}

const NEXT: Readonly<Record<ErrorPaths, ErrorPaths>> = { always: "hover", hover: "hidden", hidden: "always" };
const WORDS: Readonly<Record<ErrorPaths, string>> = { always: "always", hover: "on hover", hidden: "hidden" };

export function ZoomBar(props: ZoomBarProps & { onFind: () => void }) {
  const { canvas, placed, pane, settings, changeSettings, camera, addNote, onFind } = props;
  const flow = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  const { graph } = placed;
  const { direction, collapsed, errorPaths } = settings;
  const folds = useMemo(() => foldable(graph), [graph]);
  const isFolded = folds.every((id) => collapsed.has(id));
  const isDown = direction === "down";
  const turn = isDown ? "Lay out sideways" : "Lay out downwards";
  return (
    <div className="floats canvas-bar zoom-bar" role="toolbar" aria-label="View">
      <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => camera.zoomBy(1 / 1.2)}>
        −
      </button>
      <button
        type="button"
        className="zoom-level tabular"
        aria-label={`Zoom ${percent} %, set to 100 %`}
        title="100 %"
        onClick={() => camera.zoomTo(1)}
      >
        {percent}%
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => camera.zoomBy(1.2)}>
        +
      </button>
      <i />
      <button type="button" title="The whole workflow" onClick={camera.fit}>
        Fit
      </button>
      <button type="button" title="Find a state (Ctrl F)" onClick={onFind}>
        Find
      </button>
      <button
        type="button"
        aria-label={turn}
        title={turn}
        onClick={() => changeSettings({ direction: isDown ? "right" : "down" })}
      >
        <Glyph
          path={isDown ? "M8 2.5v11M4.5 10 8 13.5 11.5 10" : "M2.5 8h11M10 4.5 13.5 8 10 11.5"}
          size={15}
          stroke={1.7}
        />
      </button>
      {!canvas.bare && graph.edges.some((edge) => edge.kind === "catch") && (
        <button
          type="button"
          className="zoom-wide"
          title="When error paths are shown: always, on hover, hidden"
          onClick={() => changeSettings({ errorPaths: NEXT[errorPaths] })}
        >
          <span className={`error-sample is-${errorPaths}`} aria-hidden="true" />
          Errors {WORDS[errorPaths]}
        </button>
      )}
      {!canvas.bare && folds.length > 0 && (
        <button
          type="button"
          className="zoom-wide"
          onClick={() => changeSettings({ collapsed: new Set(isFolded ? [] : folds) })}
        >
          {isFolded ? "Unfold all" : "Fold all"}
        </button>
      )}
      {canvas.onNotes !== undefined && (
        <button
          type="button"
          className="zoom-wide"
          title="A sticky note, kept out of the definition"
          onClick={() => addNote(windowOf(flow.getViewport(), pane))}
        >
          + Note
        </button>
      )}
    </div>
  );
}
