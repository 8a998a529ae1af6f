/** The bar at the canvas's foot: zoom, fit, direction, error paths, folding. */
import { useStore } from "@xyflow/react";
import type { Direction } from "../layout/types";
import type { ErrorPaths } from "../view/view";

interface ZoomBarProps {
  direction: Direction;
  errorPaths: ErrorPaths;
  hasErrorPaths: boolean;
  /** Null where there is nothing to fold. */
  folded: "all" | "some" | null;
  onZoom: (factor: number | "reset") => void;
  onFit: () => void;
  onFind: () => void;
  onDirection: () => void;
  onErrorPaths: (paths: ErrorPaths) => void;
  onFold: (fold: boolean) => void;
  onNote: (() => void) | undefined;
}

const NEXT: Readonly<Record<ErrorPaths, ErrorPaths>> = { always: "hover", hover: "hidden", hidden: "always" };
const WORDS: Readonly<Record<ErrorPaths, string>> = { always: "always", hover: "on hover", hidden: "hidden" };

export function ZoomBar(props: ZoomBarProps) {
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  const { direction, errorPaths, folded } = props;
  return (
    <div className="floats canvas-bar zoom-bar" role="toolbar" aria-label="View">
      <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => props.onZoom(1 / 1.2)}>
        −
      </button>
      <button
        type="button"
        className="zoom-level tabular"
        aria-label={`Zoom ${percent} %, set to 100 %`}
        title="100 %"
        onClick={() => props.onZoom("reset")}
      >
        {percent}%
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => props.onZoom(1.2)}>
        +
      </button>
      <i />
      <button type="button" title="The whole workflow" onClick={props.onFit}>
        Fit
      </button>
      <button type="button" title="Find a state (Ctrl F)" onClick={props.onFind}>
        Find
      </button>
      <button
        type="button"
        aria-label={direction === "down" ? "Lay out sideways" : "Lay out downwards"}
        title={direction === "down" ? "Lay out sideways" : "Lay out downwards"}
        onClick={props.onDirection}
      >
        <svg
          viewBox="0 0 16 16"
          width="15"
          height="15"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.7"
          strokeLinecap="round"
          strokeLinejoin="round"
          aria-hidden="true"
        >
          <path d={direction === "down" ? "M8 2.5v11M4.5 10 8 13.5 11.5 10" : "M2.5 8h11M10 4.5 13.5 8 10 11.5"} />
        </svg>
      </button>
      {props.hasErrorPaths && (
        <button
          type="button"
          className="zoom-wide"
          title="When error paths are shown: always, on hover, hidden"
          onClick={() => props.onErrorPaths(NEXT[errorPaths])}
        >
          <span className={`error-sample is-${errorPaths}`} aria-hidden="true" />
          Errors {WORDS[errorPaths]}
        </button>
      )}
      {folded !== null && (
        <button type="button" className="zoom-wide" onClick={() => props.onFold(folded !== "all")}>
          {folded === "all" ? "Unfold all" : "Fold all"}
        </button>
      )}
      {props.onNote !== undefined && (
        <button
          type="button"
          className="zoom-wide"
          title="A sticky note, kept out of the definition"
          onClick={props.onNote}
        >
          + Note
        </button>
      )}
    </div>
  );
}
