/** The sample that expressions are tried with, and the editor that a click on one of its fields inserts into. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Json, StatePointer } from "../../../asl";
import type { CodeHandle } from "../../../ui/code/types";
import { documentOf, useDesigner } from "../store";
import { documentSamples, type Sample, samplesOf } from "./sample";

interface SampleState {
  readonly samples: readonly Sample[];
  readonly sample: Sample | null;
  readonly choose: (index: number) => void;
  /** A sample typed by hand, for this page only. */
  readonly type: (input: Json) => void;
  /** The editor with the focus registers itself. */
  readonly focused: (handle: CodeHandle | null) => void;
  /** Insert into the editor that had the focus last; whether there was one. */
  readonly insert: (text: string) => boolean;
}

const NONE: SampleState = {
  samples: [],
  sample: null,
  choose: () => undefined,
  type: () => undefined,
  focused: () => undefined,
  insert: () => false,
};

const Context = createContext<SampleState>(NONE);

export const useSample = (): SampleState => useContext(Context);

export function SampleProvider({ pointer, children }: { pointer: StatePointer | null; children: ReactNode }) {
  const workflow = useDesigner((state) => state.workflow);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [chosen, setChosen] = useState(0);
  const handle = useRef<CodeHandle | null>(null);

  useEffect(() => {
    if (workflow === null) return;
    const document = documentOf(useDesigner.getState());
    let isCurrent = true;
    const put = (found: readonly Sample[]): void =>
      setSamples((old) => (old.length === 0 && found.length === 0 ? old : found));
    put(documentSamples(document, pointer));
    setChosen(0);
    handle.current = null;
    void samplesOf(workflow, document, pointer).then((found) => isCurrent && put(found));
    return () => {
      isCurrent = false;
    };
  }, [workflow, pointer]);

  const type = useCallback((input: Json) => {
    setSamples((old) => [
      { title: "Typed here", input, variables: {} },
      ...old.filter((each) => each.title !== "Typed here"),
    ]);
    setChosen(0);
  }, []);
  const focused = useCallback((next: CodeHandle | null) => {
    handle.current = next;
  }, []);
  const insert = useCallback((text: string) => {
    handle.current?.insert(text);
    return handle.current !== null;
  }, []);
  const value = useMemo(
    () => ({ samples, sample: samples[chosen] ?? null, choose: setChosen, type, focused, insert }),
    [samples, chosen, type, focused, insert],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}
