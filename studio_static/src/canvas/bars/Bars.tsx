/** What lies over the drawing: the banner, the tray, the bars, the overview, a card's menu. */
import { useReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import type { EdgeId, GraphNode, StatePointer } from "../../asl";
import type { Selection } from "../act/useSelection";
import type { CanvasCommand, ScreenPoint } from "../commands";
import type { Rect } from "../layout/types";
import type { Placed } from "../layout/useLayout";
import type { WorkflowCanvasProps } from "../props";
import { foldable, lineBeside } from "../view/containers";
import { windowOf } from "../view/seen";
import type { Camera } from "../view/useCamera";
import type { Settings } from "../view/useSettings";
import type { Pane } from "../view/view";
import { CardMenu } from "./CardMenu";
import { FindBar } from "./FindBar";
import { menuOf } from "./menu";
import { Overview } from "./Overview";
import { SelectionBar } from "./SelectionBar";
import { Tray } from "./Tray";
import { ZoomBar } from "./ZoomBar";

export interface OpenMenu {
  readonly state: StatePointer;
  readonly at: ScreenPoint;
}

interface BarsProps {
  canvas: WorkflowCanvasProps;
  placed: Placed;
  pane: Pane;
  settings: Settings;
  changeSettings: (change: Partial<Settings>) => void;
  camera: Camera;
  selection: Selection;
  command: (command: CanvasCommand) => void;
  addNote: (sight: Rect) => void;
  finding: { readonly isOpen: boolean; open: () => void; close: () => void; show: (state: StatePointer) => void };
  menu: CardMenuTools & { readonly open: OpenMenu | null };
}

interface CardMenuTools {
  rename: (state: StatePointer) => void;
  copy: (state: StatePointer) => Promise<void>;
  choose: (edge: EdgeId) => void;
  toggle: (container: StatePointer) => void;
  close: (byKey: boolean) => void;
}

export function Bars(props: BarsProps) {
  const { canvas, placed, pane, selection, command, finding, menu } = props;
  const { graph } = placed;
  const flow = useReactFlow();
  const lost = useMemo(() => graph.nodes.filter((node) => !node.reachable), [graph]);
  const editable = canvas.onCommand !== undefined;
  return (
    <>
      {canvas.stale && (
        <p className="one-line canvas-banner" role="status">
          <b>The last drawing that could be made.</b> {canvas.stale}
        </p>
      )}
      {lost.length > 0 && (
        <Tray
          definition={canvas.definition}
          nodes={lost}
          selected={new Set(selection.states)}
          onSelect={(state) => selection.select([state])}
          onCommand={canvas.onCommand}
        />
      )}
      {finding.isOpen && <FindBar graph={graph} onShow={finding.show} onClose={finding.close} />}
      {editable && selection.states.length > 1 && !finding.isOpen && (
        <SelectionBar selection={selection.states} onCommand={command} onClear={selection.clear} />
      )}
      <View {...props} />
      {!canvas.bare && (
        <Overview
          placed={placed}
          pane={pane}
          overlay={canvas.overlay}
          onGo={({ x, y }) => {
            const { zoom } = flow.getViewport();
            void flow.setViewport({ x: pane.width / 2 - x * zoom, y: pane.height / 2 - y * zoom, zoom });
          }}
        />
      )}
      {menu.open !== null && <OpenCardMenu {...props} open={menu.open} />}
    </>
  );
}

function View({ canvas, placed, pane, settings, changeSettings, camera, finding, addNote }: BarsProps) {
  const flow = useReactFlow();
  const { graph } = placed;
  const { direction, collapsed, errorPaths } = settings;
  const folds = useMemo(() => foldable(graph), [graph]);
  const isFolded = folds.every((id) => collapsed.has(id));
  return (
    <ZoomBar
      direction={direction}
      errorPaths={errorPaths}
      hasErrorPaths={!canvas.bare && graph.edges.some((edge) => edge.kind === "catch")}
      folded={canvas.bare || folds.length === 0 ? null : isFolded ? "all" : "some"}
      onZoom={(factor) => (factor === "reset" ? camera.zoomTo(1) : camera.zoomBy(factor))}
      onFit={camera.fit}
      onFind={finding.open}
      onDirection={() => changeSettings({ direction: direction === "down" ? "right" : "down" })}
      onErrorPaths={(paths) => changeSettings({ errorPaths: paths })}
      onFold={(fold) => changeSettings({ collapsed: new Set(fold ? folds : []) })}
      onNote={canvas.onNotes === undefined ? undefined : () => addNote(windowOf(flow.getViewport(), pane))}
    />
  );
}

function OpenCardMenu({ canvas, placed, settings, command, menu, open }: BarsProps & { open: OpenMenu }) {
  const { state, at } = open;
  const { graph } = placed;
  const node: GraphNode | undefined = graph.nodes.find((candidate) => candidate.id === state);
  if (node === undefined) return null;
  const line = lineBeside(graph, state);
  const tools = {
    command,
    rename: () => menu.rename(state),
    copy: () => void menu.copy(state),
    insertAfter: line === null ? null : () => menu.choose(line),
    fold: node.branches.length === 0 ? null : () => menu.toggle(state),
    folded: settings.collapsed.has(state),
  };
  return (
    <CardMenu
      at={at}
      label={`What to do with ${node.name}`}
      groups={menuOf(node, tools, canvas.extraItems?.(state) ?? [])}
      onClose={menu.close}
    />
  );
}
