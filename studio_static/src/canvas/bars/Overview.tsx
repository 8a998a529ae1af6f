/** The whole drawing in a corner, with the part that is in sight; press or drag to go elsewhere. */
import { useStore } from "@xyflow/react";
import { memo, type PointerEvent, useMemo } from "react";
import { statusLook } from "../../ui/status";
import type { Point } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import type { Overlay } from "../overlay";
import { windowOf } from "../view/seen";
import type { Pane } from "../view/view";

const WIDTH = 176;
const HEIGHT = 116;
const MARGIN = 8;

interface OverviewProps {
  placed: Placed;
  pane: Pane;
  overlay: Overlay | undefined;
  /** Bring the point into the middle. */
  onGo: (point: Point) => void;
}

export const Overview = memo(function Overview({ placed, pane, overlay, onGo }: OverviewProps) {
  const [x, y, zoom] = useStore((state) => state.transform);
  const { layout } = placed;
  const scale = Math.min((WIDTH - 2 * MARGIN) / layout.width, (HEIGHT - 2 * MARGIN) / layout.height);
  const corner = { x: (WIDTH - layout.width * scale) / 2, y: (HEIGHT - layout.height * scale) / 2 };
  const window = windowOf({ x, y, zoom }, pane);
  const cards = useMemo(() => <Cards placed={placed} overlay={overlay} />, [placed, overlay]);
  const whole =
    window.x <= 0 &&
    window.y <= 0 &&
    window.x + window.width >= layout.width &&
    window.y + window.height >= layout.height;
  if (whole) return null;
  const go = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const drawn = WIDTH / box.width;
    onGo({
      x: ((event.clientX - box.left) * drawn - corner.x) / scale,
      y: ((event.clientY - box.top) * drawn - corner.y) / scale,
    });
  };
  return (
    <svg
      className="floats overview"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event);
      }}
    >
      <g transform={`translate(${corner.x} ${corner.y}) scale(${scale})`}>
        {cards}
        <rect
          className="overview-window"
          x={window.x}
          y={window.y}
          width={window.width}
          height={window.height}
          rx={6 / scale}
          strokeWidth={1.5 / scale}
        />
      </g>
    </svg>
  );
});

/** One path for all cards that look alike: an element for each of thousands would cost more than the drawing itself. */
function Cards({ placed: { graph, layout }, overlay }: { placed: Placed; overlay: Overlay | undefined }) {
  const paths = new Map<string, string>();
  for (const node of graph.nodes) {
    const rect = layout.nodes.get(node.id);
    if (rect === undefined || node.kind !== "state") continue;
    const fate = overlay?.states[node.id];
    const tone = fate === undefined ? "" : ` is-${statusLook(fate.status).tone}`;
    const look = `${layout.panels.has(node.id) ? "overview-box" : "overview-card"}${tone}`;
    const { x, y, width, height } = rect;
    paths.set(look, `${paths.get(look) ?? ""}M${x} ${y}h${width}v${height}h${-width}z`);
  }
  // Boxes below what is in them.
  const looks = [...paths.keys()].sort();
  return looks.map((look) => <path key={look} className={look} d={paths.get(look)} />);
}
