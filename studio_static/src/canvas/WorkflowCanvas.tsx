/**
 * The canvas: a definition drawn, walked and asked to change. It changes nothing itself; what a person wants comes out as
 * commands (`onCommand`), and the new definition comes in.
 *
 *     definition ─► graph ─► layout (a guess, then ELK in a worker) ─► cards and lines ─► those in sight ─► React Flow
 */
import "@xyflow/react/dist/base.css";
import "./canvas.css";
import "./draw/cards.css";
import "./draw/lines.css";
import { ReactFlowProvider } from "@xyflow/react";
import { useDeferredValue, useRef } from "react";
import type { Graph } from "../asl";
import { MOST_LISTED, StepList } from "./draw/StepList";
import { useLayout } from "./layout/useLayout";
import type { WorkflowCanvasProps } from "./props";
import { Surface } from "./Surface";
import { useGraph } from "./useGraph";
import { usePane } from "./view/usePane";
import { useSettings } from "./view/useSettings";

const NOTHING: Graph = { nodes: [], edges: [], scopes: [] };

export function WorkflowCanvas(props: WorkflowCanvasProps) {
  return (
    <ReactFlowProvider key={props.viewKey ?? ""}>
      <Frame {...props} />
    </ReactFlowProvider>
  );
}

function Frame(props: WorkflowCanvasProps) {
  const { definition, names, viewKey, diff, label = "Workflow" } = props;
  const room = useRef<HTMLDivElement>(null);
  const pane = usePane(room);
  const own = useGraph(definition, names);
  const graph = diff?.graph ?? own;
  const [settings, changeSettings] = useSettings(viewKey, graph, [...(props.selection ?? []), props.openAt ?? ""]);
  const { placed, isExact, problem } = useLayout(graph, settings.direction, settings.collapsed);
  // The drawing comes first.
  const listed = useDeferredValue(graph, NOTHING);
  const selected = useDeferredValue(props.selection?.at(-1) ?? null, null);
  const around = graph.nodes.length > MOST_LISTED ? selected : null;
  return (
    <section
      className={`canvas${props.bare ? " is-bare" : ""}`}
      ref={room}
      aria-label={label}
      aria-busy={!isExact && problem === null}
    >
      {pane === null ? (
        <div className="canvas-waiting" role="status" aria-label="The workflow is being drawn" />
      ) : (
        <Surface {...props} {...{ placed, isExact, pane }} settings={settings} changeSettings={changeSettings} />
      )}
      {problem !== null && (
        <p className="one-line canvas-banner is-problem" role="alert">
          The exact drawing could not be made: {problem}. This is a first one.
        </p>
      )}
      <div className="visually-hidden">
        <StepList
          graph={listed}
          overlay={props.overlay}
          marks={props.marks}
          label={`Steps of ${label}`}
          around={around}
        />
      </div>
    </section>
  );
}
