/** Where the flow goes on: a state of the same scope, a new one, or the end. */
import { useRef } from "react";
import { edgeId, isObject, nameOf, type Port, type StatePointer, scopeOf, statesIn, valueAt } from "../../../asl";
import { Pick, useTies } from "../forms/controls";
import { choose, definitionOf, useDesigner } from "../store";

interface TargetProps {
  pointer: StatePointer;
  /** Where in the state this is written. */
  port: Port;
  value: string;
  onChange: (name: string) => void;
  label: string;
  /** Offered for "": the end, or nothing. */
  empty?: string;
}

/** The option's value: nobody calls a state so. */
const NEW = "\nnew step";

export function Target({ pointer, port, value, onChange, label, empty }: TargetProps) {
  const room = useRef<HTMLDivElement>(null);
  const names = useScopeNames(pointer);
  const own = nameOf(pointer);
  const states = names.filter((name) => name !== own).map((name) => ({ value: name, label: name }));
  const change = (name: string): void => {
    const { left = 0, bottom = 0 } = room.current?.getBoundingClientRect() ?? {};
    if (name !== NEW) onChange(name);
    else choose({ place: { edge: edgeId(pointer, port) }, at: { x: left, y: bottom } });
  };
  return (
    <div ref={room}>
      <Pick
        label={label}
        value={value}
        options={[...states, { value: NEW, label: "New step…" }]}
        onChange={change}
        empty={empty}
        ties={useTies()}
      />
    </div>
  );
}

/** The names of the states beside `pointer`. */
function useScopeNames(pointer: StatePointer): string[] {
  const definition = useDesigner(definitionOf);
  const scope = valueAt(definition, scopeOf(pointer));
  return scope !== undefined && isObject(scope) ? Object.keys(statesIn(scope)) : [];
}
