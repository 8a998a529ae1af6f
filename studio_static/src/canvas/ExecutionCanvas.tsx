/** An execution over the definition that it ran: how each state fared, the lines that were really taken. Read only. */
import { useMemo } from "react";
import type { Definition, StatePointer } from "../asl";
import type { Overlay } from "./overlay";
import { WorkflowCanvas } from "./WorkflowCanvas";

interface ExecutionCanvasProps {
  definition: Definition;
  /** None while the steps are not known: then nothing is said of how a state fared. */
  overlay?: Overlay;
  selected: StatePointer | null;
  onSelect: (state: StatePointer | null) => void;
  /** The failed step's state, for one. */
  openAt?: StatePointer | null;
  label?: string;
  bare?: boolean;
}

export function ExecutionCanvas({ selected, onSelect, label = "Execution", ...rest }: ExecutionCanvasProps) {
  const selection = useMemo(() => (selected === null ? [] : [selected]), [selected]);
  return (
    <WorkflowCanvas
      {...rest}
      label={label}
      selection={selection}
      onSelect={(states) => onSelect(states.at(-1) ?? null)}
    />
  );
}
