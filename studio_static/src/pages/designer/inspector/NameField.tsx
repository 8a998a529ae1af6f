/** The state's name; a new one goes into everything that names it. */
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { nameOf, type StatePointer } from "../../../asl";
import { LONGEST_STATE_NAME } from "../../../facts";
import { rename } from "../store";

export function NameField({ pointer }: { pointer: StatePointer }) {
  const name = nameOf(pointer);
  const [text, setText] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => setText(name), [name]);
  const take = (wanted: string): void => {
    if (wanted.trim() === "" || !rename(pointer, wanted)) setText(name);
  };
  return (
    <input
      ref={field}
      className="dz-input dz-name"
      aria-label="Name of the state"
      maxLength={LONGEST_STATE_NAME}
      spellCheck={false}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={(event) => take(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") take(text);
        // The focus goes back to the canvas, and the name that is left stays what it was.
        if (event.key === "Escape") flushSync(() => setText(name));
      }}
    />
  );
}
