/** What lies over the drawing: the banner, the tray, the bars, the overview, a card's menu. */
import { useReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import type { GraphNode, StatePointer } from "../../asl";
import type { Selection } from "../act/useSelection";
import type { CanvasCommand, ScreenPoint } from "../commands";
import { lineBeside } from "../view/containers";
import { CardMenu } from "./CardMenu";
import { FindBar } from "./FindBar";
import { type MenuTools, menuOf } from "./menu";
import { Overview } from "./Overview";
import { Tray } from "./Tray";
import { ZoomBar, type ZoomBarProps } from "./ZoomBar";

export interface OpenMenu {
  readonly state: StatePointer;
  readonly at: ScreenPoint;
}

interface BarsProps extends ZoomBarProps {
  selection: Selection;
  command: (command: CanvasCommand) => void;
  finding: { readonly isOpen: boolean; open: () => void; close: () => void; show: (state: StatePointer) => void };
  menu: CardMenuTools & { readonly open: OpenMenu | null };
}

interface CardMenuTools extends MenuTools {
  close: (byKey: boolean) => void;
}

export function Bars(props: BarsProps) {
  const { canvas, placed, pane, selection, finding, menu } = props;
  const { graph } = placed;
  const flow = useReactFlow();
  const lost = useMemo(() => graph.nodes.filter((node) => !node.reachable), [graph]);
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
      <ZoomBar {...props} onFind={finding.open} />
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

function OpenCardMenu({ canvas, placed, settings, command, menu, open }: BarsProps & { open: OpenMenu }) {
  const { state, at } = open;
  const { graph } = placed;
  const node: GraphNode | undefined = graph.nodes.find((candidate) => candidate.id === state);
  if (node === undefined) return null;
  const tools = { ...menu, command, line: lineBeside(graph, state), isFolded: settings.collapsed.has(state) };
  return (
    <CardMenu
      at={at}
      label={`What to do with ${node.name}`}
      groups={menuOf(node, tools, canvas.extraItems?.(state) ?? [])}
      onClose={menu.close}
    />
  );
}
