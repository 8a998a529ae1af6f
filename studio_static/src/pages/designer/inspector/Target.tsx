/** Where the flow goes on: a state of the same scope, or the end. */
import { isObject, nameOf, type StatePointer, scopeOf, statesIn, valueAt } from "../../../asl";
import { Pick, useTies } from "../forms/controls";
import { definitionOf, useDesigner } from "../store";

interface TargetProps {
  pointer: StatePointer;
  value: string;
  onChange: (name: string) => void;
  label: string;
  /** Offered for "": the end, or nothing. */
  empty?: string;
}

export function Target({ pointer, value, onChange, label, empty }: TargetProps) {
  const names = useScopeNames(pointer);
  const options = names.filter((name) => name !== nameOf(pointer)).map((name) => ({ value: name, label: name }));
  return <Pick label={label} value={value} options={options} onChange={onChange} empty={empty} ties={useTies()} />;
}

/** The names of the states beside `pointer`. */
function useScopeNames(pointer: StatePointer): string[] {
  const definition = useDesigner(definitionOf);
  const scope = valueAt(definition, scopeOf(pointer));
  return scope !== undefined && isObject(scope) ? Object.keys(statesIn(scope)) : [];
}
