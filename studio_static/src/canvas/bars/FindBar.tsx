/** Ctrl+F on the canvas: type a part of a name, Enter goes from one to the next. */
import { useEffect, useRef, useState } from "react";
import type { Graph, StatePointer } from "../../asl";
import { findStates } from "./find";

interface FindBarProps {
  graph: Graph;
  onShow: (state: StatePointer) => void;
  onClose: () => void;
}

export function FindBar({ graph, onShow, onClose }: FindBarProps) {
  const field = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const found = findStates(graph, words);
  useEffect(() => field.current?.focus(), []);
  const go = (to: number): void => {
    if (found.length === 0) return;
    const next = (to + found.length) % found.length;
    setAt(next);
    onShow(found[next] as StatePointer);
  };
  const change = (text: string): void => {
    setWords(text);
    setAt(0);
    const [first] = findStates(graph, text);
    if (first !== undefined) onShow(first);
  };
  return (
    <search className="floats canvas-bar find-bar">
      <input
        ref={field}
        type="search"
        aria-label="Find a state"
        placeholder="Find a state"
        value={words}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Enter") go(at + (event.shiftKey ? -1 : 1));
          if (event.key === "Escape") onClose();
        }}
      />
      <output className="tabular">
        {words.trim() === ""
          ? ""
          : found.length === 0
            ? "None"
            : `${Math.min(at, found.length - 1) + 1} of ${found.length}`}
      </output>
      <button type="button" aria-label="The one before" disabled={found.length === 0} onClick={() => go(at - 1)}>
        ↑
      </button>
      <button type="button" aria-label="The next one" disabled={found.length === 0} onClick={() => go(at + 1)}>
        ↓
      </button>
      <button type="button" aria-label="Close" title="Esc" onClick={onClose}>
        ×
      </button>
    </search>
  );
}
