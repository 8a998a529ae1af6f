/** What is selected: by the page where it says so, else by the canvas itself. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { EdgeId, StatePointer } from "../../asl";
import type { WorkflowCanvasProps } from "../props";

const NONE: readonly StatePointer[] = [];

export interface Selection {
  readonly states: readonly StatePointer[];
  readonly edge: EdgeId | null;
  /** A note's id. */
  readonly note: string | null;
  select(states: readonly StatePointer[]): void;
  toggle(state: StatePointer): void;
  selectEdge(edge: EdgeId | null): void;
  selectNote(note: string | null): void;
  clear(): void;
  /** The selection as it is this moment, between renders too. */
  latest(): readonly StatePointer[];
  /**
   * Whether the canvas itself chose `state`: what a person pressed stands where it is. Where the page chose it, what
   * was pressed before is forgotten: chosen by the page later, it is gone to.
   */
  chosenHere(state: StatePointer | null): boolean;
}

type SelectionProps = Pick<WorkflowCanvasProps, "selection" | "onSelect" | "selectedEdge" | "onSelectEdge">;

export function useSelection(props: SelectionProps): Selection {
  const [ownStates, setOwnStates] = useState(NONE);
  const [ownEdge, setOwnEdge] = useState<EdgeId | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const states = props.selection ?? ownStates;
  const edge = props.selectedEdge === undefined ? ownEdge : props.selectedEdge;
  const latest = useRef(states);
  const here = useRef<ReadonlySet<StatePointer>>(new Set());
  const told = useRef(props);
  useEffect(() => {
    latest.current = states;
    told.current = props;
  });
  const put = useCallback((next: readonly StatePointer[]) => {
    latest.current = next;
    here.current = new Set(next);
    setOwnStates(next);
    told.current.onSelect?.(next);
  }, []);
  const putEdge = useCallback((next: EdgeId | null) => {
    setOwnEdge(next);
    told.current.onSelectEdge?.(next);
  }, []);
  const select = useCallback(
    (next: readonly StatePointer[]) => {
      putEdge(null);
      setNote(null);
      put(next);
    },
    [put, putEdge],
  );
  return {
    states,
    edge,
    note,
    select,
    toggle: useCallback(
      (state) => {
        const now = latest.current;
        select(now.includes(state) ? now.filter((other) => other !== state) : [...now, state]);
      },
      [select],
    ),
    selectEdge: useCallback(
      (next) => {
        put(NONE);
        setNote(null);
        putEdge(next);
      },
      [put, putEdge],
    ),
    selectNote: useCallback(
      (next) => {
        put(NONE);
        putEdge(null);
        setNote(next);
      },
      [put, putEdge],
    ),
    clear: useCallback(() => select(NONE), [select]),
    latest: useCallback(() => latest.current, []),
    chosenHere: useCallback((state) => {
      if (state !== null && here.current.has(state)) return true;
      here.current = new Set();
      return false;
    }, []),
  };
}
