/** What a key does, by its meaning: the view, the selection, or a command. Returns whether the key was of use. */
import { type EdgeId, type Graph, type StatePointer, typeCanFail } from "../../asl";
import type { CanvasCommand } from "../commands";
import { readingOrder } from "../draw/elements";
import { lineBeside } from "../view/containers";
import type { Camera } from "../view/useCamera";
import type { KeyMeaning } from "./keys";
import type { Selection } from "./useSelection";

interface Tools {
  readonly graph: Graph;
  readonly camera: Camera;
  readonly selection: Selection;
  readonly editable: boolean;
  command(command: CanvasCommand): void;
  find(): void;
  toggle(container: StatePointer): void;
  rename(state: StatePointer): void;
  choose(edge: EdgeId): void;
  /** The line to append to where nothing is there yet. */
  lastLine(): EdgeId;
  menu(state: StatePointer): void;
  /** Asks for the step that an error of `state` leads to. */
  catchErrors(state: StatePointer): void;
}

export function doKey(tools: Tools, meaning: KeyMeaning, current: StatePointer | null): boolean {
  return view(tools, meaning) || choice(tools, meaning, current) || (tools.editable && edit(tools, meaning, current));
}

function view({ camera, find }: Tools, meaning: KeyMeaning): boolean {
  if (meaning.do === "fit") camera.fit();
  else if (meaning.do === "whole size") camera.zoomTo(1);
  else if (meaning.do === "zoom in") camera.zoomBy(1.2);
  else if (meaning.do === "zoom out") camera.zoomBy(1 / 1.2);
  else if (meaning.do === "find") find();
  else return false;
  return true;
}

function choice(tools: Tools, meaning: KeyMeaning, current: StatePointer | null): boolean {
  const { graph, selection, command } = tools;
  if (meaning.do === "escape") {
    const some = selection.latest().length > 0 || selection.edge !== null;
    if (some) selection.clear();
    return some;
  }
  if (meaning.do === "select all") {
    selection.select(readingOrder(graph));
    return true;
  }
  if (current === null) return false;
  if (meaning.do === "fold" && graph.nodes.some((node) => node.id === current && node.branches.length > 0)) {
    tools.toggle(current);
    return true;
  }
  if (meaning.do !== "open") return false;
  selection.select([current]);
  command({ kind: "open", state: current });
  return true;
}

function edit(tools: Tools, meaning: KeyMeaning, current: StatePointer | null): boolean {
  const { graph, selection, command } = tools;
  const chosen = selection.latest();
  const states = chosen.length > 0 ? chosen : current === null ? [] : [current];
  switch (meaning.do) {
    case "undo":
    case "redo":
      command({ kind: meaning.do });
      return true;
    case "remove":
      if (selection.edge === null) command({ kind: "remove", states });
      else {
        command({ kind: "disconnect", edge: selection.edge });
        selection.selectEdge(null);
      }
      return true;
    case "duplicate":
      command({ kind: "duplicate", states });
      return true;
    case "insert": {
      const line = current === null ? tools.lastLine() : lineBeside(graph, current);
      if (line !== null) tools.choose(line);
      return true;
    }
    case "retry":
      command({ kind: "wrap", states, in: "retry" });
      return true;
    case "catch":
      if (current !== null && canCatch(graph, current)) tools.catchErrors(current);
      return true;
    case "rename":
    case "menu":
      if (current !== null) tools[meaning.do](current);
      return current !== null;
    default:
      return false;
  }
}

const canCatch = (graph: Graph, state: StatePointer): boolean =>
  graph.nodes.some((node) => node.id === state && typeCanFail(node.type));
