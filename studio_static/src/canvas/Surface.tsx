/** The drawing itself over React Flow, with its bars: everything that needs a layout and a size. */
import { type EdgeTypes, type NodeTypes, ReactFlow, useReactFlow } from "@xyflow/react";
import {
  type MouseEvent,
  type RefObject,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { type EdgeId, lineAtEnd, type StatePointer } from "../asl";
import { doKey } from "./act/doing";
import { useClipboard } from "./act/useClipboard";
import { useConnecting } from "./act/useConnecting";
import { type Drag, useDragging } from "./act/useDragging";
import { isTyping, useKeyboard } from "./act/useKeyboard";
import { usePointing } from "./act/usePointing";
import { type Selection, useSelection } from "./act/useSelection";
import { Bars, type OpenMenu } from "./bars/Bars";
import type { CanvasCommand, ScreenPoint } from "./commands";
import { ActionsContext, type CanvasActions } from "./context";
import type { Dressing, LineDressing } from "./draw/elements";
import { FlowLine } from "./draw/FlowLine";
import { NoteCard } from "./draw/NoteCard";
import { ContainerCard, StateCard, Terminal } from "./draw/StateCard";
import { useElements } from "./draw/useElements";
import { useNoteEdits } from "./draw/useNoteEdits";
import type { Placed } from "./layout/useLayout";
import type { CanvasEdge, CanvasNode, Note } from "./model";
import type { WorkflowCanvasProps } from "./props";
import { useCamera } from "./view/useCamera";
import type { Settings } from "./view/useSettings";
import { useShow } from "./view/useShow";
import { LEAST_ZOOM, MOST_ZOOM, type Pane } from "./view/view";

const NODE_TYPES: NodeTypes = { card: StateCard, container: ContainerCard, terminal: Terminal, note: NoteCard };
const EDGE_TYPES: EdgeTypes = { line: FlowLine };
const NO_NOTES: readonly Note[] = [];

/** How React Flow is used: it draws and drags; keys, focus and selection are the canvas's own. */
const MANNERS = {
  nodeTypes: NODE_TYPES,
  edgeTypes: EDGE_TYPES,
  minZoom: LEAST_ZOOM,
  maxZoom: MOST_ZOOM,
  zIndexMode: "manual",
  panOnScroll: true,
  zoomOnDoubleClick: false,
  nodesFocusable: false,
  edgesFocusable: false,
  disableKeyboardA11y: true,
  deleteKeyCode: null,
  multiSelectionKeyCode: null,
  selectNodesOnDrag: false,
  nodeDragThreshold: 5,
  connectionRadius: 28,
  proOptions: { hideAttribution: true },
} as const;

interface SurfaceProps extends WorkflowCanvasProps {
  placed: Placed;
  isExact: boolean;
  pane: Pane;
  settings: Settings;
  changeSettings: (change: Partial<Settings>) => void;
}

export function Surface(props: SurfaceProps) {
  const { placed, isExact, pane, settings, changeSettings, definition } = props;
  const { graph, layout } = placed;
  const editable = props.onCommand !== undefined;
  const room = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const told = useTold(props);
  const [renaming, setRenaming] = useState<StatePointer | null>(null);
  const renamed = useRef(renaming);
  useEffect(() => {
    renamed.current = renaming;
  }, [renaming]);
  const [isFinding, setFinding] = useState(false);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [anchor, setAnchor] = useState<string | null>(null);
  const selection = useSelection(props);
  const camera = useCamera(
    room,
    placed,
    isExact,
    pane,
    anchor ?? selection.states[0] ?? null,
    props.viewKey,
    props.openAt,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is selected from now on is what is looked at.
  useEffect(() => setAnchor(null), [selection.states]);
  const show = useShow(layout, camera, selection, settings, changeSettings);
  const command = useCallback((wanted: CanvasCommand) => told().onCommand?.(wanted), [told]);
  const notes = useNoteEdits(told);
  const dragging = useDragging(placed, editable, { command, moveNote: notes.change });
  const connecting = useConnecting(placed, command);
  const clipboard = useClipboard(definition, selection.latest, editable, command);
  const openMenu = useCallback((state: StatePointer, at: ScreenPoint) => setMenu({ state, at }), []);
  const takeFocus = useCallback(() => room.current?.focus({ preventScroll: true }), []);
  const pointing = usePointing(selection, { editable, command, openMenu, takeFocus });

  const choose = (edge: EdgeId): void => {
    const plus = layout.edges.get(edge)?.plus;
    if (plus === undefined) return;
    const at = flow.flowToScreenPosition(plus);
    command({ kind: "choose", place: { edge }, at: { x: at.x, y: at.y + 10 } });
  };
  const catchErrors = (state: StatePointer): void => {
    const { x, y, width } = layout.nodes.get(state) ?? { x: 0, y: 0, width: 0 };
    command({
      kind: "choose",
      place: { from: state, as: "error" },
      at: flow.flowToScreenPosition({ x: x + width, y }),
    });
  };
  const toggle = (container: StatePointer): void => {
    const collapsed = new Set(settings.collapsed);
    if (!collapsed.delete(container)) collapsed.add(container);
    setAnchor(container);
    changeSettings({ collapsed });
    keyboard.focus(container);
  };
  const keyboard = useKeyboard(room, {
    placed,
    selection: selection.states,
    renaming: renaming !== null,
    select: selection.select,
    show,
    act: (meaning, current) => {
      const find = (): void => setFinding(true);
      const lastLine = (): EdgeId => lineAtEnd(definition, "");
      const menuAt = (state: StatePointer): void => {
        const { x, y } = layout.nodes.get(state) ?? { x: 0, y: 0 };
        openMenu(state, flow.flowToScreenPosition({ x: x + 24, y: y + 40 }));
      };
      const tools = { graph, camera, selection, editable, command, find, toggle, choose, catchErrors, lastLine };
      return doKey({ ...tools, rename: setRenaming, menu: menuAt }, meaning, current);
    },
  });
  const actions = useActions(
    { toggle, choose, selectEdge: selection.selectEdge, changeNote: notes.change },
    (state, name) => {
      // Enter ends it, and so does the blur that follows: once is enough.
      if (renamed.current !== state) return;
      renamed.current = null;
      setRenaming(null);
      if (name !== null && name.trim() !== "") command({ kind: "rename", state, name: name.trim() });
    },
  );
  const { focus, current } = keyboard;
  useImperativeHandle(
    props.handle,
    () => ({
      show,
      focus: (state) => {
        const card = state ?? current;
        if (card === null) room.current?.focus();
        else focus(card);
      },
    }),
    [show, focus, current],
  );
  const drawn = useDrawing(props, camera.window, selection, keyboard.current, renaming, dragging.drag);
  const closeMenu = useCallback(
    (byKey: boolean) => {
      if (byKey && menu !== null) keyboard.focus(menu.state);
      setMenu(null);
    },
    [keyboard.focus, menu],
  );

  return (
    <ActionsContext value={actions}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys and drops bubble here from the cards, which are buttons. */}
      <div
        ref={room}
        className={`canvas-room${dragging.drag === null ? "" : " is-inviting"}${connecting.isConnecting ? " is-connecting" : ""}`}
        tabIndex={-1}
        onMouseDown={keepText}
        onKeyDown={keyboard.onKeyDown}
        onFocus={keyboard.onFocus}
        onBlur={keyboard.onBlur}
        {...clipboard.events}
        {...dragging.drops}
      >
        <ReactFlow<CanvasNode, CanvasEdge>
          {...MANNERS}
          {...drawn}
          {...pointing}
          {...connecting.handlers}
          defaultViewport={camera.first}
          onMoveStart={camera.onMoveStart}
          onNodeDrag={dragging.onNodeDrag}
          onNodeDragStop={dragging.onNodeDragStop}
        />
        <Bars
          canvas={props}
          {...{ placed, pane, settings, changeSettings, camera, selection, command }}
          addNote={notes.add}
          finding={{
            isOpen: isFinding,
            open: () => setFinding(true),
            close: () => {
              setFinding(false);
              keyboard.focus(keyboard.current);
            },
            show: (state) => {
              selection.select([state]);
              show(state);
            },
          }}
          menu={{
            open: menu,
            rename: setRenaming,
            copy: clipboard.copy,
            choose,
            catchErrors,
            toggle,
            close: closeMenu,
          }}
        />
      </div>
    </ActionsContext>
  );
}

/** Shift draws a box here: the browser would extend what is selected of the page's text. */
function keepText(event: MouseEvent): void {
  if (event.shiftKey && !isTyping(event.target)) event.preventDefault();
}

/** The props as they are at the moment of a call, by a function that stays the same. */
function useTold<T>(props: T): () => T {
  const told: RefObject<T> = useRef(props);
  useEffect(() => {
    told.current = props;
  });
  return useCallback(() => told.current, []);
}

/** What cards and lines may call: one object for the life of the canvas. */
function useActions(given: Omit<CanvasActions, "rename">, rename: CanvasActions["rename"]): CanvasActions {
  const told = useTold({ ...given, rename });
  return useMemo(
    () => ({
      toggle: (container) => told().toggle(container),
      choose: (edge) => told().choose(edge),
      selectEdge: (edge) => told().selectEdge(edge),
      rename: (state, name) => told().rename(state, name),
      changeNote: (id, change) => told().changeNote(id, change),
    }),
    [told],
  );
}

/** Cards and lines with all that is laid over them, and what shows error paths where those wait for the pointer. */
function useDrawing(
  props: SurfaceProps,
  window: Parameters<typeof useElements>[1],
  selection: Selection,
  current: StatePointer | null,
  renaming: StatePointer | null,
  drag: Drag | null,
) {
  const { placed, overlay, diff, marks, edgeMarks, pinned, choosing = null, notes = NO_NOTES } = props;
  const { collapsed, errorPaths } = props.settings;
  const editable = props.onCommand !== undefined;
  const [hovered, setHovered] = useState<string | null>(null);
  const selected = useMemo(() => new Set(selection.states), [selection.states]);
  const cards = useMemo<Dressing>(
    () => ({ selected, current, renaming, collapsed, editable, overlay, diff, marks, pinned }),
    [selected, current, renaming, collapsed, editable, overlay, diff, marks, pinned],
  );
  const target = drag?.line ?? choosing;
  const chosen = selection.edge;
  const waits = errorPaths === "hover";
  const lit = useMemo(
    () => (waits && hovered !== null ? new Set([...selected, hovered]) : selected),
    [waits, hovered, selected],
  );
  const lines = useMemo<LineDressing>(
    () => ({ editable, overlay, diff, edgeMarks, target, current, chosen, errorPaths, lit }),
    [editable, overlay, diff, edgeMarks, target, current, chosen, errorPaths, lit],
  );
  const { nodes, edges } = useElements(placed, window, cards, lines, notes, selection.note, drag);
  const onNodeMouseEnter = useCallback((_: unknown, node: CanvasNode) => setHovered(node.id), []);
  const onNodeMouseLeave = useCallback(() => setHovered(null), []);
  return { nodes, edges, ...(waits ? { onNodeMouseEnter, onNodeMouseLeave } : {}) };
}
