/** The whole definition as JSON, in step with the canvas both ways. It is tied to no selected state. */
import { useCallback, useEffect, useMemo, useRef } from "react";
import { isObject, type Json } from "../../../asl";
import { Code } from "../../../ui/Code";
import type { CodeHandle } from "../../../ui/code/types";
import { completeJson } from "../completion/complete";
import { useKnowledge } from "../completion/useKnowledge";
import { useJsonText } from "../forms/useJsonText";
import { diagnosticsIn } from "../problems/inText";
import { isDrawable } from "../problems/problems";
import { definitionOf, editDefinition, onlySelected, setBroken, useDesigner } from "../store";
import { scan } from "../values/positions";

export default function CodePane() {
  const definition = useDesigner(definitionOf);
  const workflow = useDesigner((state) => state.workflow);
  const problems = useDesigner((state) => state.problems);
  const selected = useDesigner(onlySelected);
  const handle = useRef<CodeHandle | null>(null);
  const write = useCallback((value: Json) => {
    if (isObject(value) && isDrawable(value)) editDefinition("Edit the definition", value, "definition");
  }, []);
  const { text, setText, fault } = useJsonText(definition, write, `definition of ${workflow}`);
  const knowledge = useKnowledge(null);
  const complete = useMemo(() => completeJson(knowledge), [knowledge]);
  const diagnostics = useMemo(() => diagnosticsIn(text, problems, ""), [text, problems]);
  const latest = useRef(text);
  latest.current = text;

  useEffect(() => {
    setBroken("definition", fault);
    return () => setBroken("definition", null);
  }, [fault]);
  useEffect(() => {
    if (selected !== null) reveal(handle.current, latest.current, selected);
  }, [selected]);
  return (
    <div className="dz-code stack">
      <Code
        label="The whole definition"
        value={text}
        onChange={setText}
        height="100%"
        complete={complete}
        diagnostics={diagnostics}
        onReady={(ready) => {
          handle.current = ready;
          const at = onlySelected(useDesigner.getState());
          if (at !== null) reveal(ready, latest.current, at);
        }}
      />
      <p className="dz-code-foot firm text-12 dim flush">
        {fault === null
          ? "Text and canvas are in step."
          : `Line ${fault.line}: ${fault.message} The canvas shows the last good definition.`}
      </p>
    </div>
  );
}

function reveal(handle: CodeHandle | null, text: string, pointer: string): void {
  const span = scan(text).spans.get(pointer);
  if (span !== undefined) handle?.reveal(span.from);
}
