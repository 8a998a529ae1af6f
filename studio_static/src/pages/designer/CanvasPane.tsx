/** The canvas in the designer: what it asks for is done here, each as a step of the history. */
import { memo, type RefObject, useCallback, useDeferredValue, useEffect, useMemo, useRef } from "react";
import { useShallow } from "zustand/react/shallow";
import { isNowhere } from "../../app/page";
import {
  type Definition,
  pinsOf,
  pointersOf,
  type ResourceNames,
  type StatePointer,
  stateAt,
  statePath,
  studioOf,
  typeCanFail,
  typeOf,
  walk,
} from "../../asl";
import type { MenuItem } from "../../canvas/bars/CardMenu";
import type { CanvasCommand } from "../../canvas/commands";
import { notesOf, withNotes } from "../../canvas/draw/notes";
import type { EdgeMarks, Mark, Marks, Note } from "../../canvas/model";
import type { CanvasHandle } from "../../canvas/props";
import { WorkflowCanvas } from "../../canvas/WorkflowCanvas";
import { focusCanvas, heldCanvas, holdCanvas, openForm } from "./focus";
import { HistoryBar } from "./HistoryBar";
import { namesOf } from "./palette/items";
import { lineOf, marksOf } from "./problems/problems";
import { toDosOf } from "./problems/todos";
import { SelectionBar } from "./SelectionBar";
import type { Tab } from "./slots";
import {
  apply,
  ask,
  choose,
  definitionOf,
  documentOf,
  onlySelected,
  pauseTyping,
  redoEdit,
  rename,
  runCommand,
  select,
  selectEdge,
  undoEdit,
  useDesigner,
} from "./store";

interface CanvasPaneProps {
  workflow: string;
  show: (tab: Tab) => void;
}

export const CanvasPane = memo(function CanvasPane({ workflow, show }: CanvasPaneProps) {
  const definition = useDefinition();
  const { selection, edge, overlay, broken, choosing } = useDesigner(
    useShallow(({ selection, edge, overlay, broken, choosing }) => ({ selection, edge, overlay, broken, choosing })),
  );
  const marks = useMarks();
  const edgeMarks = useEdgeMarks();
  const pinned = usePinned();
  const names = useNames();
  const notes = useNotes();
  const onCommand = useCallback(
    (command: CanvasCommand): void => {
      pauseTyping();
      run(command, show);
    },
    [show],
  );
  const room = useRef<HTMLDivElement>(null);
  useKeepInSight(room);
  const isNew = useRef(true);
  const hold = useCallback((handle: CanvasHandle | null): void => {
    holdCanvas(handle);
    if (handle === null || !isNew.current) return;
    isNew.current = false;
    // Once it is drawn, keys go to the canvas, unless somebody was faster.
    if (isNowhere(document.activeElement)) focusCanvas();
  }, []);
  const extraItems = useCallback((state: StatePointer) => itemsOf(state, show), [show]);
  return (
    <>
      <div className="dz-canvas-bar row firm gap-8 on-panel">
        <HistoryBar />
        {selection.length > 1 && <SelectionBar selection={selection} onCommand={onCommand} />}
      </div>
      <div className="grow may-shorten relative" ref={room}>
        <Canvas
          label={workflow}
          definition={definition}
          viewKey={workflow}
          names={names}
          selection={selection}
          onSelect={select}
          selectedEdge={edge}
          onSelectEdge={selectEdge}
          onCommand={onCommand}
          overlay={overlay ?? undefined}
          marks={marks}
          edgeMarks={edgeMarks}
          pinned={pinned}
          notes={notes}
          onNotes={changeNotes}
          stale={broken === null ? null : `Line ${broken.line}: ${broken.message}`}
          choosing={choosing !== null && "edge" in choosing.place ? choosing.place.edge : null}
          extraItems={extraItems}
          handle={hold}
        />
      </div>
    </>
  );
});

const Canvas = memo(WorkflowCanvas);

/** The definition to draw. Typing comes before the drawing, which then follows when there is time. */
function useDefinition(): Definition {
  const latest = useDesigner(definitionOf);
  const isTyping = useDesigner((state) => state.history.group !== null);
  const followed = useDeferredValue(latest);
  return isTyping ? followed : latest;
}

function changeNotes(notes: readonly Note[], label: string): void {
  apply(label, withNotes(documentOf(useDesigner.getState()), notes));
}

function run(command: CanvasCommand, show: CanvasPaneProps["show"]): void {
  switch (command.kind) {
    case "choose":
      choose({ place: command.place, at: command.at });
      break;
    case "undo":
      undoEdit();
      break;
    case "redo":
      redoEdit();
      break;
    case "copied":
      break;
    case "open":
      openForm(command.state, show);
      break;
    case "rename":
      rename(command.state, command.name);
      break;
    default:
      if (runCommand(command)) focusCanvas();
  }
}

function itemsOf(state: StatePointer, show: (tab: Tab) => void): MenuItem[] {
  const type = typeOf(stateAt(definitionOf(useDesigner.getState()), state) ?? {});
  const open = (tab: Tab) => () => {
    select([state]);
    show(tab);
  };
  return [
    { label: "Test this step", run: open("test") },
    ...(type === "Choice" ? [{ label: "Test its rules", run: open("rules") }] : []),
    { label: "Explain it", run: () => ask({ kind: "explain", state }) },
    ...(typeCanFail(type)
      ? [{ label: "Add error handling", run: () => ask({ kind: "errors", states: [state] }) }]
      : []),
  ];
}

/** When the properties open, or a message, and take room from the canvas, what is selected stays in sight. */
function useKeepInSight(room: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const element = room.current;
    if (element === null) return;
    let { clientWidth: width, clientHeight: height } = element;
    const observer = new ResizeObserver(() => {
      const selected = onlySelected(useDesigner.getState());
      const isSmaller = element.clientWidth < width || element.clientHeight < height;
      ({ clientWidth: width, clientHeight: height } = element);
      // A moment later: the canvas hears of its new size from an observer of its own.
      if (isSmaller && selected !== null) window.requestAnimationFrame(() => heldCanvas()?.show(selected));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [room]);
}

/** The worst problem of each state, else its to-do. */
function useMarks(): Marks {
  const problems = useDesigner((state) => state.problems);
  const studio = useDesigner((state) => studioOf(documentOf(state)));
  return useMemo(() => {
    const marks: Record<StatePointer, Mark> = {};
    const definition = definitionOf(useDesigner.getState());
    for (const { state, text } of toDosOf({ studio })) {
      for (const pointer of state === null ? [] : pointersOf(definition, state)) {
        marks[pointer] = { level: "todo", text: [marks[pointer]?.text, text].filter(Boolean).join(" ") };
      }
    }
    return { ...marks, ...marksOf(problems, (found) => found.state) };
  }, [problems, studio]);
}

/** The worst problem of each rule and each catcher, on its line. */
function useEdgeMarks(): EdgeMarks {
  const problems = useDesigner((state) => state.problems);
  return useMemo(() => marksOf(problems, lineOf), [problems]);
}

function usePinned(): ReadonlySet<StatePointer> {
  const definition = useDesigner(definitionOf);
  const studio = useDesigner((state) => studioOf(documentOf(state)));
  return useMemo(() => {
    const pins = pinsOf({ studio });
    const pinned = Object.keys(pins).length === 0 ? [] : walk(definition).map(({ pointer }) => pointer);
    return new Set(pinned.filter((at) => Object.hasOwn(pins, statePath(at))));
  }, [definition, studio]);
}

function useNames(): ResourceNames {
  const connectors = useDesigner((state) => state.connectors);
  return useMemo(() => namesOf(connectors), [connectors]);
}

function useNotes() {
  const studio = useDesigner((state) => studioOf(documentOf(state)));
  return useMemo(() => notesOf({ studio }), [studio]);
}
