/** What clicks on cards, lines and the empty canvas do. Selecting is the canvas's own; React Flow's is for Shift's box. */
import type { OnNodesChange } from "@xyflow/react";
import { type MouseEvent, useMemo, useRef } from "react";
import type { StatePointer } from "../../asl";
import type { CanvasCommand, ScreenPoint } from "../commands";
import type { CanvasEdge, CanvasNode } from "../model";
import type { Selection } from "./useSelection";

interface PointingTools {
  readonly editable: boolean;
  readonly command: (command: CanvasCommand) => void;
  readonly openMenu: (state: StatePointer, at: ScreenPoint) => void;
  /** The canvas gets the focus: React Flow's box takes none. */
  readonly takeFocus: () => void;
}

const isState = (node: CanvasNode): boolean => node.type !== "note" && node.type !== "terminal";

export function usePointing(selection: Selection, { editable, command, openMenu, takeFocus }: PointingTools) {
  const boxed = useRef(false);
  const { select, toggle, clear, latest, selectEdge, selectNote } = selection;
  return useMemo(() => {
    const onNodesChange: OnNodesChange<CanvasNode> = (changes) => {
      if (!boxed.current) return;
      const next = new Set(latest());
      for (const change of changes) {
        if (change.type !== "select" || change.id.startsWith("note ")) continue;
        if (change.selected) next.add(change.id);
        else next.delete(change.id);
      }
      select([...next]);
    };
    return {
      onNodesChange,
      onSelectionStart: () => {
        boxed.current = true;
      },
      onSelectionEnd: () => {
        boxed.current = false;
        takeFocus();
      },
      onNodeClick: (event: MouseEvent, node: CanvasNode) => {
        if (node.type === "note") selectNote(node.data.note.id);
        else if (node.type === "terminal") clear();
        else if (event.shiftKey || event.ctrlKey || event.metaKey) toggle(node.id);
        else select([node.id]);
      },
      onNodeDoubleClick: (_: MouseEvent, node: CanvasNode) => {
        if (isState(node)) command({ kind: "open", state: node.id });
      },
      onNodeContextMenu: (event: MouseEvent, node: CanvasNode) => {
        if (!editable || !isState(node)) return;
        event.preventDefault();
        if (!latest().includes(node.id)) select([node.id]);
        openMenu(node.id, { x: event.clientX, y: event.clientY });
      },
      onEdgeClick: (_: MouseEvent, edge: CanvasEdge) => selectEdge(edge.id),
      onPaneClick: clear,
    };
  }, [editable, command, openMenu, takeFocus, select, toggle, clear, latest, selectEdge, selectNote]);
}
