/** An expression with completion and, below it, its value for the sample. */
import { useMemo, useRef } from "react";
import type { QueryLanguage, StatePointer } from "../../../asl";
import { Code } from "../../../ui/Code";
import type { CodeHandle } from "../../../ui/code/types";
import { completeExpression } from "../completion/complete";
import { useKnowledge } from "../completion/useKnowledge";
import { LiveValue } from "../values/LiveValue";
import { useSample } from "../values/SampleContext";
import { useTies } from "./controls";

interface ExpressionInputProps {
  label: string;
  /** Without braces. */
  value: string;
  onChange: (value: string) => void;
  language: QueryLanguage;
  pointer: StatePointer | null;
  /** False where the value is not of the sample's time, as in a Task's Output. */
  live?: boolean;
  /** Its beginning was typed elsewhere, into what is gone: it takes the focus, and the cursor stands at its end. */
  goesOn?: boolean;
}

export function ExpressionInput(props: ExpressionInputProps) {
  const { label, value, onChange, language, pointer, live = true, goesOn = false } = props;
  const { focused } = useSample();
  const describedBy = useTies()["aria-describedby"];
  const knowledge = useKnowledge(pointer);
  const handle = useRef<CodeHandle | null>(null);
  const complete = useMemo(() => completeExpression(knowledge, language), [knowledge, language]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears which of the editors has the focus
    <div onFocus={() => focused(handle.current)}>
      <Code
        label={label}
        value={value}
        onChange={onChange}
        language={language === "JSONata" ? "jsonata" : "jsonpath"}
        lineNumbers={false}
        minHeight="32px"
        maxHeight="160px"
        complete={complete}
        onReady={(ready) => {
          handle.current = ready;
          if (!goesOn || document.activeElement !== document.body) return;
          ready.reveal(value.length);
          ready.focus();
        }}
        describedBy={describedBy}
      />
      {live && <LiveValue expression={value} language={language} />}
    </div>
  );
}
