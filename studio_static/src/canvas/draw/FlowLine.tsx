/**
 * A line with its arrow, its pill and its "+", all in one group: pointing at any of them shows the "+".
 * The way is the layout's; where React Flow thinks the handles are does not matter.
 */
import type { EdgeProps } from "@xyflow/react";
import { type KeyboardEvent, memo } from "react";
import { useActions } from "../context";
import { PILL_MAX } from "../layout/measure";
import type { CanvasEdge, LineData } from "../model";
import { arrowAt, roundedPath } from "../view/path";
import { pillLines } from "./words";

export const FlowLine = memo(function FlowLine({ id, data }: EdgeProps<CanvasEdge>) {
  const actions = useActions();
  if (data === undefined) return null;
  const { edge, placed } = data;
  const path = roundedPath(placed.points);
  const arrow = arrowAt(placed.points);
  const classes = [
    "line",
    `line-${edge.kind}`,
    data.fate === "none" ? "" : `is-${data.fate}`,
    data.change === null ? "" : `is-${data.change}`,
    data.target ? "is-target" : "",
    data.chosen ? "is-chosen" : "",
    data.mark === null ? "" : `has-${data.mark.level}`,
  ].join(" ");
  return (
    <g className={classes} data-line={id}>
      <path className="line-reach" d={path} />
      <path className="line-path" d={path} />
      {arrow !== null && <path className="line-arrow" d={arrow} />}
      <Pill data={data} />
      {data.editable && (
        // biome-ignore lint/a11y/useSemanticElements: SVG has no button element.
        <g
          className="plus nopan"
          role="button"
          tabIndex={data.reachable ? 0 : -1}
          aria-label={`Insert a step ${whereWords(data)}`}
          transform={`translate(${placed.plus.x} ${placed.plus.y})`}
          onClick={(event) => {
            event.stopPropagation();
            actions.choose(id);
          }}
          onKeyDown={(event: KeyboardEvent<SVGGElement>) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            event.stopPropagation();
            actions.choose(id);
          }}
        >
          <title>Insert a step here</title>
          <circle className="plus-reach" r="16" />
          <circle className="plus-ring" r="10" />
          <path className="plus-sign" d="M-4.5 0h9M0 -4.5v9" />
        </g>
      )}
    </g>
  );
});

function whereWords({ edge }: LineData): string {
  if (edge.kind === "catch") return `where ${edge.label} is caught`;
  if (edge.label !== "") return `on the line “${edge.label}”`;
  return edge.kind === "start" ? "at the start" : "here";
}

function Pill({ data }: { data: LineData }) {
  const actions = useActions();
  const { edge, placed } = data;
  if (placed.pill === null) return null;
  const { x, y, width, height } = placed.pill;
  const lines = pillLines(edge, PILL_MAX);
  const middle = x + width / 2;
  const first = y + height / 2 - ((lines.length - 1) * 17) / 2;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a wider aim for the pointer; by keyboard rules are reached through their state.
    <g
      className="pill"
      onClick={(event) => {
        event.stopPropagation();
        actions.selectEdge(edge.id);
      }}
    >
      <title>{edge.kind === "catch" ? `When ${edge.label} is not handled by a retry` : edge.label}</title>
      <rect x={x} y={y} width={width} height={height} rx={12} />
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text have no other identity.
        <text key={index} x={middle} y={first + index * 17} textAnchor="middle" dominantBaseline="central">
          {index === 0 && edge.kind === "catch" ? <tspan className="strong">catch </tspan> : null}
          {line}
        </text>
      ))}
      {data.mark !== null && (
        <g transform={`translate(${x + width - 2} ${y + 2})`} className="pill-mark">
          <title>{data.mark.text}</title>
          <circle r="8" />
          <text textAnchor="middle" dominantBaseline="central">
            !
          </text>
        </g>
      )}
    </g>
  );
}
