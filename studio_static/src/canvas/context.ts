/** What cards and lines may call. One object for the life of the canvas: nothing re-renders because a callback changed. */
import { createContext, useContext } from "react";
import type { EdgeId, StatePointer } from "../asl";

export interface CanvasActions {
  toggle(container: StatePointer): void;
  rename(state: StatePointer, name: string | null): void;
  choose(edge: EdgeId): void;
  selectEdge(edge: EdgeId): void;
  changeNote(
    id: string,
    change: { text?: string; width?: number; height?: number; x?: number; y?: number } | null,
  ): void;
}

export const ActionsContext = createContext<CanvasActions | null>(null);

export function useActions(): CanvasActions {
  const actions = useContext(ActionsContext);
  if (actions === null) throw new Error("a card stands outside of a WorkflowCanvas");
  return actions;
}
