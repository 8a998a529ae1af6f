/** The selected state as JSON. What is not JSON yet stays here; the canvas goes on with the last good state. */
import { useCallback, useEffect, useMemo } from "react";
import { isObject, type Json, nameOf, type StateObject, type StatePointer } from "../../../asl";
import { Code } from "../../../ui/Code";
import { completeJson } from "../completion/complete";
import { useKnowledge } from "../completion/useKnowledge";
import { useJsonText } from "../forms/useJsonText";
import { diagnosticsIn } from "../problems/inText";
import { editState, setBroken, useDesigner } from "../store";

export function StateJson({ pointer, state }: { pointer: StatePointer; state: StateObject }) {
  const problems = useDesigner((all) => all.problems);
  const write = useCallback(
    (value: Json) => {
      if (isObject(value)) editState(pointer, `Edit ${nameOf(pointer)}`, () => value, "JSON");
    },
    [pointer],
  );
  const { text, setText, fault } = useJsonText(state, write, pointer);
  const knowledge = useKnowledge(pointer);
  const complete = useMemo(() => completeJson(knowledge), [knowledge]);
  const diagnostics = useMemo(() => diagnosticsIn(text, problems, pointer), [text, problems, pointer]);
  useEffect(() => {
    setBroken("state", fault === null ? null : { message: `${nameOf(pointer)}: ${fault.message}`, line: fault.line });
    return () => setBroken("state", null);
  }, [fault, pointer]);
  return (
    <div className="dz-inspector-json grow may-narrow may-shorten">
      <Code
        label={`JSON of ${nameOf(pointer)}`}
        value={text}
        onChange={setText}
        height="100%"
        complete={complete}
        diagnostics={diagnostics}
      />
    </div>
  );
}
