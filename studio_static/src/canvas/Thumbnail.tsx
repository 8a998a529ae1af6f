/** A small picture of a workflow: its cards by colour, its lines, its containers as frames. Without words, for the eye only. */
import "./thumbnail.css";
import { useMemo } from "react";
import { buildGraph, type Definition, type Graph, type GraphNode } from "../asl";
import { HEADER } from "./layout/measure";
import type { PlacedPanel, Point, Rect } from "./layout/types";
import { useLayout } from "./layout/useLayout";
import { roundedPath } from "./view/path";

const NOTHING_FOLDED: ReadonlySet<string> = new Set();
/** Around the drawing, in its own measure. */
const MARGIN = 24;
/** Cards without words need less width than the layout gives them: all is drawn narrower. */
const NARROWER = 0.55;
/** A small workflow is not drawn larger than one that is so large. */
const LEAST = { width: 1100, height: 400 };

export function Thumbnail({ definition }: { definition: Definition }) {
  const wanted = useMemo(() => wordless(buildGraph(definition)), [definition]);
  const { placed } = useLayout(wanted, "right", NOTHING_FOLDED);
  const { graph, layout } = placed;
  const width = Math.max(LEAST.width, layout.width * NARROWER + 2 * MARGIN);
  const height = Math.max(LEAST.height, layout.height + 2 * MARGIN);
  const [left, top] = [(layout.width * NARROWER - width) / 2, (layout.height - height) / 2];
  return (
    <svg className="thumbnail" viewBox={`${left} ${top} ${width} ${height}`} aria-hidden="true" focusable="false">
      {graph.nodes.map((node) => {
        const at = layout.nodes.get(node.id);
        return at && <Part key={node.id} node={node} at={narrower(at)} panels={layout.panels.get(node.id)} />;
      })}
      {graph.edges.map(({ id, kind }) => {
        const line = layout.edges.get(id);
        return (
          line && <path key={id} className={`thumbnail-line is-${kind}`} d={roundedPath(line.points.map(thither))} />
        );
      })}
    </svg>
  );
}

const thither = ({ x, y }: Point): Point => ({ x: x * NARROWER, y });

const narrower = <T extends Rect>(rect: T): T => ({ ...rect, x: rect.x * NARROWER, width: rect.width * NARROWER });

/** No words, so no room for words: all cards are as wide as the narrowest, and lines have no pills. */
const wordless = ({ nodes, edges, scopes }: Graph): Graph => ({
  nodes: nodes.map((node) => ({ ...node, name: "", subtitle: "", badges: [] })),
  edges: edges.map((edge) => ({ ...edge, label: "" })),
  scopes,
});

interface PartProps {
  node: GraphNode;
  at: Rect;
  /** A container's, from its corner. */
  panels: readonly PlacedPanel[] | undefined;
}

function Part({ node, at: { x, y, width, height }, panels }: PartProps) {
  if (node.kind !== "state") {
    return <rect className="thumbnail-end" x={x} y={y} width={width} height={height} rx={height / 2} />;
  }
  const tile = panels === undefined ? 36 : 28;
  const row = panels === undefined ? height : HEADER;
  return (
    <g className={`thumbnail-state tone-of-${node.tone}`}>
      <rect className={panels ? "thumbnail-box" : "thumbnail-card"} x={x} y={y} width={width} height={height} rx={14} />
      {panels
        ?.map(narrower)
        .map((panel) =>
          panel.title === "" ? null : (
            <rect
              key={panel.scope}
              className="thumbnail-panel"
              x={x + panel.x}
              y={y + panel.y}
              width={panel.width}
              height={panel.height}
              rx={12}
            />
          ),
        )}
      <rect className="thumbnail-tile" x={x + 12} y={y + (row - tile) / 2} width={tile} height={tile} rx={8} />
      <rect className="thumbnail-name" x={x + tile + 24} y={y + row / 2 - 6} width={54} height={12} rx={6} />
    </g>
  );
}
