/** Inputs to begin from: those of past runs, of pins and cases, one made of the input schema. Null while loading. */
import { useEffect, useState } from "react";
import type { JsonObject, StatePointer } from "../../../asl";
import { type Sample, samplesOf } from "../values/sample";

export function useSamples(
  workflow: string,
  document: JsonObject,
  pointer: StatePointer | null,
): readonly Sample[] | null {
  const [found, setFound] = useState<{ of: StatePointer | null; samples: readonly Sample[] } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void samplesOf(workflow, document, pointer).then((samples) => isCurrent && setFound({ of: pointer, samples }));
    return () => {
      isCurrent = false;
    };
  }, [workflow, document, pointer]);
  return found?.of === pointer ? found.samples : null;
}
