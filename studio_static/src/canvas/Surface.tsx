/** The drawing itself over React Flow, with its bars: everything that needs a layout and a size. */
import {
  type Connection,
  type EdgeTypes,
  type NodeTypes,
  type OnNodesChange,
  ReactFlow,
  useReactFlow,
} from "@xyflow/react";
import { type MouseEvent, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { copyStates, type EdgeId, type GraphNode, lineAtEnd, type StatePointer, within } from "../asl";
import { CardMenu } from "./CardMenu";
import type { CanvasCommand, ScreenPoint } from "./commands";
import { connection, redirection } from "./connecting";
import { foldable, foldedAround, lineBeside } from "./containers";
import { ActionsContext, type CanvasActions } from "./context";
import { type Dressing, type LineDressing, readingOrder } from "./elements";
import { FindBar } from "./FindBar";
import { FlowLine } from "./FlowLine";
import type { KeyMeaning } from "./keys";
import type { Layout, Rect } from "./layout/types";
import { menuOf } from "./menu";
import type { CanvasEdge, CanvasNode, Note } from "./model";
import { NoteCard } from "./NoteCard";
import { freeNoteId, NOTE_SIZE } from "./notes";
import { Overview } from "./Overview";
import type { WorkflowCanvasProps } from "./props";
import { SelectionBar } from "./SelectionBar";
import { ContainerCard, StateCard, Terminal } from "./StateCard";
import { windowOf } from "./seen";
import { Tray } from "./Tray";
import { nodeAt } from "./targets";
import { useCamera } from "./useCamera";
import { pointOf, useDragging } from "./useDragging";
import { useElements } from "./useElements";
import { isTyping, useKeyboard } from "./useKeyboard";
import type { Placed } from "./useLayout";
import { type Selection, useSelection } from "./useSelection";
import type { Settings } from "./useSettings";
import { LEAST_ZOOM, MOST_ZOOM, type Pane } from "./view";
import { ZoomBar } from "./ZoomBar";

const NODE_TYPES: NodeTypes = { card: StateCard, container: ContainerCard, terminal: Terminal, note: NoteCard };
const EDGE_TYPES: EdgeTypes = { line: FlowLine };
const FREE = { hideAttribution: true };
const NO_NOTES: readonly Note[] = [];

interface SurfaceProps extends WorkflowCanvasProps {
  placed: Placed;
  pane: Pane;
  settings: Settings;
  changeSettings: (change: Partial<Settings>) => void;
}

export function Surface(props: SurfaceProps) {
  const { placed, pane, settings, changeSettings, definition, notes = NO_NOTES } = props;
  const { graph, layout } = placed;
  const editable = props.onCommand !== undefined;
  const room = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const [renaming, setRenaming] = useState<StatePointer | null>(null);
  const [hovered, setHovered] = useState<string | null>(null);
  const [isFinding, setFinding] = useState(false);
  const [isConnecting, setConnecting] = useState(false);
  const [menu, setMenu] = useState<{ state: StatePointer; at: ScreenPoint } | null>(null);
  const selection = useSelection(props);
  const [anchor, setAnchor] = useState<string | null>(null);
  const camera = useCamera(room, placed, pane, anchor ?? selection.states[0] ?? null, props.viewKey, props.openAt);

  const told = useRef(props);
  useEffect(() => {
    told.current = props;
  });
  const command = useCallback((wanted: CanvasCommand) => told.current.onCommand?.(wanted), []);
  const changeNote = useCallback<CanvasActions["changeNote"]>((id, change) => {
    const now = told.current.notes ?? NO_NOTES;
    const next =
      change === null
        ? now.filter((note) => note.id !== id)
        : now.map((note) => (note.id === id ? { ...note, ...change } : note));
    const words = change === null ? "Remove a note" : "text" in change ? "Write a note" : "Move a note";
    told.current.onNotes?.(next, words);
  }, []);
  const moveNote = useCallback((id: string, at: { x: number; y: number }) => changeNote(id, at), [changeNote]);
  const dragging = useDragging(placed, editable, { command, moveNote });

  const show = useCallback(
    (state: StatePointer) => {
      const folded = foldedAround(state, settings.collapsed);
      if (folded.length > 0)
        changeSettings({ collapsed: new Set([...settings.collapsed].filter((owner) => !folded.includes(owner))) });
      const rect = layout.nodes.get(state);
      if (rect !== undefined) camera.show(headOf(rect, layout.panels.has(state)));
    },
    [settings.collapsed, changeSettings, layout, camera],
  );
  useShown(selection, layout, show);

  const choose = useCallback(
    (edge: EdgeId) => {
      const plus = layout.edges.get(edge)?.plus;
      if (plus === undefined) return;
      const at = flow.flowToScreenPosition(plus);
      command({ kind: "choose", edge, at: { x: at.x, y: at.y + 10 } });
    },
    [layout, flow, command],
  );
  const toggle = useCallback(
    (container: StatePointer) => {
      const collapsed = new Set(settings.collapsed);
      if (!collapsed.delete(container)) collapsed.add(container);
      setAnchor(container);
      changeSettings({ collapsed });
    },
    [settings.collapsed, changeSettings],
  );

  const keyboard = useKeyboard(room, {
    placed,
    selection: selection.states,
    renaming: renaming !== null,
    select: selection.select,
    show,
    act: (meaning, current) => act(meaning, current),
  });
  const act = (meaning: KeyMeaning, current: StatePointer | null): boolean => {
    const states = selection.latest();
    switch (meaning.do) {
      case "fit":
        camera.fit();
        return true;
      case "whole size":
        camera.zoomTo(1);
        return true;
      case "zoom in":
      case "zoom out":
        camera.zoomBy(meaning.do === "zoom in" ? 1.2 : 1 / 1.2);
        return true;
      case "find":
        setFinding(true);
        return true;
      case "escape":
        if (states.length === 0 && selection.edge === null) return false;
        selection.clear();
        return true;
      case "fold":
        if (current === null || graph.nodes.find((node) => node.id === current)?.branches.length === 0) return false;
        toggle(current);
        keyboard.focus(current);
        return true;
      case "select all":
        selection.select(readingOrder(graph));
        return true;
      case "open":
        if (current === null) return false;
        selection.select([current]);
        command({ kind: "open", state: current });
        return true;
      case "undo":
      case "redo":
        command({ kind: meaning.do });
        return editable;
      default:
        return editable && edit(meaning, current, states);
    }
  };
  const edit = (meaning: KeyMeaning, current: StatePointer | null, states: readonly StatePointer[]): boolean => {
    if (meaning.do === "remove" && selection.edge !== null) {
      command({ kind: "disconnect", edge: selection.edge });
      selection.selectEdge(null);
      return true;
    }
    if (meaning.do === "insert" && current === null) {
      choose(lineAtEnd(definition, ""));
      return true;
    }
    if (current === null) return false;
    if (meaning.do === "rename") setRenaming(current);
    if (meaning.do === "remove") command({ kind: "remove", states: states.length > 0 ? states : [current] });
    if (meaning.do === "duplicate") command({ kind: "duplicate", states: states.length > 0 ? states : [current] });
    if (meaning.do === "insert") {
      const line = lineBeside(graph, current);
      if (line !== null) choose(line);
    }
    if (meaning.do === "menu") {
      const rect = layout.nodes.get(current);
      if (rect !== undefined)
        setMenu({ state: current, at: flow.flowToScreenPosition({ x: rect.x + 24, y: rect.y + 40 }) });
    }
    return true;
  };

  const now = { toggle, choose, renaming, selection };
  const latest = useRef(now);
  useEffect(() => {
    latest.current = now;
  });
  const actions = useMemo<CanvasActions>(
    () => ({
      toggle: (container) => latest.current.toggle(container),
      choose: (edge) => latest.current.choose(edge),
      selectEdge: (edge) => latest.current.selection.selectEdge(edge),
      rename: (state, name) => {
        if (latest.current.renaming !== state) return;
        latest.current = { ...latest.current, renaming: null };
        setRenaming(null);
        if (name !== null && name.trim() !== "") command({ kind: "rename", state, name: name.trim() });
      },
      changeNote,
    }),
    [command, changeNote],
  );
  useImperativeHandle(
    props.handle,
    () => ({
      show,
      focus: (state) => (state === undefined ? room.current?.focus() : keyboard.focus(state)),
      rename: (state) => setRenaming(state),
      fit: camera.fit,
      zoomTo: (percent) => camera.zoomTo(percent / 100),
      find: () => setFinding(true),
    }),
    [show, keyboard.focus, camera],
  );

  const selected = useMemo(() => new Set(selection.states), [selection.states]);
  const { overlay, diff, marks, edgeMarks, pinned, choosing = null } = props;
  const { collapsed, errorPaths } = settings;
  const { current } = keyboard;
  const cards = useMemo<Dressing>(
    () => ({ selected, current, renaming, collapsed, editable, overlay, diff, marks, pinned }),
    [selected, current, renaming, collapsed, editable, overlay, diff, marks, pinned],
  );
  const target = dragging.drag?.line ?? choosing;
  const lines = useMemo<LineDressing>(
    () => ({
      editable,
      overlay,
      diff,
      edgeMarks,
      target,
      current,
      chosen: selection.edge,
      errorPaths,
      lit: errorPaths === "hover" && hovered !== null ? new Set([...selected, hovered]) : selected,
    }),
    [editable, overlay, diff, edgeMarks, target, current, selection.edge, errorPaths, hovered, selected],
  );
  const drawn = useElements(placed, camera.window, cards, lines, notes, selection.note, dragging.drag);

  // Selecting is ours (clicks, keys); React Flow's own is used for the box that Shift draws.
  const boxed = useRef(false);
  const onNodesChange = useCallback<OnNodesChange<CanvasNode>>(
    (changes) => {
      if (!boxed.current) return;
      const next = new Set(selection.latest());
      for (const change of changes) {
        if (change.type !== "select" || change.id.startsWith("note ")) continue;
        if (change.selected) next.add(change.id);
        else next.delete(change.id);
      }
      selection.select([...next]);
    },
    [selection.latest, selection.select],
  );
  const onNodeClick = useCallback(
    (event: MouseEvent, node: CanvasNode) => {
      if (node.type === "note") return selection.selectNote(node.data.note.id);
      if (node.type === "terminal") return selection.clear();
      if (event.shiftKey || event.ctrlKey || event.metaKey) selection.toggle(node.id);
      else selection.select([node.id]);
      setAnchor(null);
    },
    [selection.selectNote, selection.clear, selection.toggle, selection.select],
  );
  const connect = useCallback(
    (line: Pick<Connection, "source" | "sourceHandle" | "target">) => {
      const wanted = connection(graph, line.source, line.sourceHandle, line.target);
      if (wanted !== null) command(wanted);
    },
    [graph, command],
  );
  const nodes = useMemo(() => new Map(graph.nodes.map((node) => [node.id, node])), [graph]);
  const tray = useMemo(() => graph.nodes.filter((node) => !node.reachable), [graph]);
  const folds = useMemo(() => foldable(graph), [graph]);
  const copy = (states: readonly StatePointer[]): string => copyStates(definition, states);
  const closeMenu = useCallback(
    (byKey: boolean) => {
      setMenu((open) => {
        if (byKey && open !== null) keyboard.focus(open.state);
        return null;
      });
    },
    [keyboard.focus],
  );

  return (
    <ActionsContext value={actions}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys and drops bubble here from the cards, which are buttons. */}
      <div
        ref={room}
        className={`canvas-room${dragging.drag === null ? "" : " is-inviting"}${isConnecting ? " is-connecting" : ""}`}
        tabIndex={-1}
        onKeyDown={keyboard.onKeyDown}
        onFocus={keyboard.onFocus}
        onBlur={keyboard.onBlur}
        onCopy={(event) => {
          const states = selection.latest();
          if (isTyping(event.target) || states.length === 0) return;
          event.clipboardData.setData("text/plain", copy(states));
          event.preventDefault();
          command({ kind: "copied", states });
        }}
        onCut={(event) => {
          const states = selection.latest();
          if (!editable || isTyping(event.target) || states.length === 0) return;
          event.clipboardData.setData("text/plain", copy(states));
          event.preventDefault();
          command({ kind: "remove", states });
        }}
        onPaste={(event) => {
          if (!editable || isTyping(event.target)) return;
          event.preventDefault();
          const text = event.clipboardData.getData("text/plain");
          command({ kind: "paste", text, after: selection.latest().at(-1) ?? null });
        }}
        {...dragging.drops}
      >
        <ReactFlow<CanvasNode, CanvasEdge>
          nodes={drawn.nodes}
          edges={drawn.edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          defaultViewport={camera.first}
          minZoom={LEAST_ZOOM}
          maxZoom={MOST_ZOOM}
          zIndexMode="manual"
          panOnScroll
          zoomOnDoubleClick={false}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          multiSelectionKeyCode={null}
          selectNodesOnDrag={false}
          nodeDragThreshold={5}
          connectionRadius={28}
          proOptions={FREE}
          onNodesChange={onNodesChange}
          onSelectionStart={() => {
            boxed.current = true;
          }}
          onSelectionEnd={() => {
            boxed.current = false;
          }}
          onNodeClick={onNodeClick}
          onNodeDoubleClick={(_, node) => {
            if (node.type !== "note" && node.type !== "terminal") command({ kind: "open", state: node.id });
          }}
          onNodeContextMenu={(event, node) => {
            if (!editable || node.type === "note" || node.type === "terminal") return;
            event.preventDefault();
            if (!selected.has(node.id)) selection.select([node.id]);
            setMenu({ state: node.id, at: { x: event.clientX, y: event.clientY } });
          }}
          onNodeMouseEnter={errorPaths === "hover" ? (_, node) => setHovered(node.id) : undefined}
          onNodeMouseLeave={errorPaths === "hover" ? () => setHovered(null) : undefined}
          onEdgeClick={(_, edge) => selection.selectEdge(edge.id)}
          onPaneClick={selection.clear}
          onNodeDrag={dragging.onNodeDrag}
          onNodeDragStop={dragging.onNodeDragStop}
          onConnect={connect}
          isValidConnection={(line) => connection(graph, line.source, line.sourceHandle ?? null, line.target) !== null}
          onConnectStart={() => setConnecting(true)}
          onReconnectStart={() => setConnecting(true)}
          onConnectEnd={(event, state) => {
            setConnecting(false);
            if (state.isValid || state.fromNode === null) return;
            const over = nodeAt(placed, flow.screenToFlowPosition(pointOf(event)));
            const port = state.fromHandle?.id ?? null;
            if (over !== null && over !== state.fromNode.id && !within(state.fromNode.id, over))
              connect({ source: state.fromNode.id, sourceHandle: port, target: over });
          }}
          onReconnect={(edge, line) => {
            const wanted = redirection(edge.id, line.target);
            if (wanted !== null) command(wanted);
          }}
          onReconnectEnd={(event, edge, _, state) => {
            setConnecting(false);
            if (state.isValid) return;
            const over = nodeAt(placed, flow.screenToFlowPosition(pointOf(event)));
            const wanted = over === null || over === edge.target ? null : redirection(edge.id, over);
            if (wanted !== null) command(wanted);
          }}
        />
        {props.stale && (
          <p className="canvas-banner" role="status">
            <b>The last drawing that could be made.</b> {props.stale}
          </p>
        )}
        {tray.length > 0 && (
          <Tray
            definition={definition}
            nodes={tray}
            selected={selected}
            onSelect={(state) => selection.select([state])}
            onCommand={props.onCommand}
          />
        )}
        {isFinding && (
          <FindBar
            graph={graph}
            onShow={(state) => {
              selection.select([state]);
              show(state);
            }}
            onClose={() => {
              setFinding(false);
              keyboard.focus(current);
            }}
          />
        )}
        {editable && selection.states.length > 1 && !isFinding && (
          <SelectionBar selection={selection.states} onCommand={command} onClear={selection.clear} />
        )}
        <ZoomBar
          direction={settings.direction}
          errorPaths={errorPaths}
          hasErrorPaths={!props.bare && graph.edges.some((edge) => edge.kind === "catch")}
          folded={props.bare || folds.length === 0 ? null : folds.every((id) => collapsed.has(id)) ? "all" : "some"}
          onZoom={(factor) => (factor === "reset" ? camera.zoomTo(1) : camera.zoomBy(factor))}
          onFit={camera.fit}
          onFind={() => setFinding(true)}
          onDirection={() => changeSettings({ direction: settings.direction === "down" ? "right" : "down" })}
          onErrorPaths={(paths) => changeSettings({ errorPaths: paths })}
          onFold={(fold) => changeSettings({ collapsed: new Set(fold ? folds : []) })}
          onNote={props.onNotes === undefined ? undefined : () => addNote(props, windowOf(flow.getViewport(), pane))}
        />
        {!props.bare && (
          <Overview
            placed={placed}
            pane={pane}
            overlay={overlay}
            onGo={(point) => {
              const { zoom } = flow.getViewport();
              void flow.setViewport({ x: pane.width / 2 - point.x * zoom, y: pane.height / 2 - point.y * zoom, zoom });
            }}
          />
        )}
        {menu !== null && nodes.has(menu.state) && (
          <CardMenu
            at={menu.at}
            label={`What to do with ${nodes.get(menu.state)?.name}`}
            groups={menuOf(
              nodes.get(menu.state) as GraphNode,
              {
                command,
                rename: () => setRenaming(menu.state),
                copy: () => void navigator.clipboard.writeText(copy([menu.state])),
                insertAfter:
                  lineBeside(graph, menu.state) === null ? null : () => choose(lineBeside(graph, menu.state) as EdgeId),
                fold: nodes.get(menu.state)?.branches.length === 0 ? null : () => toggle(menu.state),
                folded: collapsed.has(menu.state),
              },
              props.extraItems?.(menu.state) ?? [],
            )}
            onClose={closeMenu}
          />
        )}
      </div>
    </ActionsContext>
  );
}

/** Of an open container, what must be seen to see it: its row. */
const headOf = (rect: Rect, open: boolean): Rect => (open ? { ...rect, height: Math.min(rect.height, 160) } : rect);

/** What the page selects comes into sight, as soon as it is drawn. */
function useShown(selection: Selection, layout: Layout, show: (state: StatePointer) => void): void {
  const only = selection.states.length === 1 ? (selection.states[0] ?? null) : null;
  const shown = useRef<StatePointer | null>(only);
  const { chosenHere } = selection;
  useEffect(() => {
    if (only === shown.current) return;
    if (only === null || chosenHere(only)) {
      shown.current = only;
      return;
    }
    const isFolded = !layout.nodes.has(only);
    show(only);
    // A state that is in no layout yet is shown when it is: by then this runs again.
    if (!isFolded) shown.current = only;
  }, [only, layout, show, chosenHere]);
}

function addNote({ notes = NO_NOTES, onNotes }: WorkflowCanvasProps, sight: Rect): void {
  const at = { x: sight.x + sight.width / 2 + 160, y: sight.y + sight.height / 3 };
  const x = Math.min(at.x, sight.x + sight.width - NOTE_SIZE.width - 24);
  onNotes?.([...notes, { id: freeNoteId(notes), text: "", x, y: at.y, ...NOTE_SIZE }], "Add a note");
}
