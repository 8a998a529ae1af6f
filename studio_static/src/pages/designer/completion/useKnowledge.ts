/** What completion is asked with, read at the moment of asking: the editor is not made anew for every edit. */
import { useCallback, useRef } from "react";
import type { StatePointer } from "../../../asl";
import { definitionOf, useDesigner } from "../store";
import { useSecretKeys } from "../useSecretKeys";
import { useSample } from "../values/SampleContext";
import type { Knowledge } from "./complete";

export function useKnowledge(pointer: StatePointer | null): () => Knowledge {
  const { sample } = useSample();
  const { keys } = useSecretKeys();
  const latest = useRef({ sample, keys, pointer });
  latest.current = { sample, keys, pointer };
  return useCallback(() => {
    const state = useDesigner.getState();
    return {
      definition: definitionOf(state),
      connectors: state.connectors,
      pointer: latest.current.pointer,
      sample: latest.current.sample,
      secrets: latest.current.keys,
    };
  }, []);
}
