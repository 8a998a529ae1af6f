/**
 * A JSON value edited as text. What is typed stays as typed; every time it is JSON again the value is handed on. A value
 * that comes from elsewhere (undo, a form) replaces the text only where it means something else.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Json } from "../../../asl";
import { identical } from "../saving/merge";
import { type JsonFault, scan } from "../values/positions";

interface JsonText {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly fault: JsonFault | null;
}

/** Texts that are not JSON yet, by editor: found again when the editor is drawn again. */
const unfinished = new Map<string, string>();

export const written = (value: Json | undefined): string => (value === undefined ? "" : JSON.stringify(value, null, 2));

export function useJsonText(value: Json, onChange: (value: Json) => void, memory?: string): JsonText {
  const [text, setShown] = useState(
    () => (memory === undefined ? undefined : unfinished.get(memory)) ?? written(value),
  );
  const [fault, setFault] = useState<JsonFault | null>(() => scan(text).fault);
  const latest = useRef({ text, onChange });
  latest.current = { text, onChange };

  useEffect(() => {
    const { fault: old } = scan(latest.current.text);
    if (old !== null || identical(JSON.parse(latest.current.text) as Json, value)) return;
    setShown(written(value));
  }, [value]);

  const setText = useCallback(
    (next: string) => {
      setShown(next);
      const found = scan(next).fault;
      setFault(found);
      if (memory !== undefined) {
        if (found === null) unfinished.delete(memory);
        else unfinished.set(memory, next);
      }
      if (found === null) latest.current.onChange(JSON.parse(next) as Json);
    },
    [memory],
  );
  return { text, setText, fault };
}
