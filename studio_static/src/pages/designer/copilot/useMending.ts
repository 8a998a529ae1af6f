/** The execution that the requests to the copilot are about, and the request to begin with. */
import { useEffect } from "react";
import { path, withQuery } from "../../../api/client";
import { hide, useReason } from "../../../api/revealing";
import type { Execution, StepsAnswer } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { useUrlState } from "../../../app/urlState";
import { UNSUCCESSFUL } from "../../executions/redrive";
import { MEND } from "./address";
import { mendingWords } from "./mending";

/** Where it failed is among the last. */
const NEWEST = 1000;

export interface Mending {
  readonly execution: string;
  /** The request to begin with; null until it is known, and of one that did not fail. */
  readonly words: string | null;
  /** The next requests are not about it. */
  readonly leave: () => void;
}

/** Null where the address names none. */
export function useMending(): Mending | null {
  const [{ mend }, setUrl] = useUrlState(MEND);
  const isClear = useReason(mend) !== undefined;
  useEffect(() => {
    if (isClear) hide(mend);
  }, [isClear, mend]);
  // What goes to a model is made of what is not hidden.
  const isAsked = mend !== "" && !isClear;
  const execution = useApi<Execution>(isAsked ? path("/executions/{}", mend) : null);
  const steps = useApi<StepsAnswer>(isAsked ? withQuery(path("/executions/{}/steps", mend), { newest: NEWEST }) : null);
  if (mend === "") return null;
  const isKnown = execution.data !== null && !steps.loading;
  const didFail = UNSUCCESSFUL.some((status) => status === execution.data?.status);
  return {
    execution: mend,
    words: isKnown && didFail && execution.data ? mendingWords(execution.data, steps.data?.steps ?? []) : null,
    leave: () => setUrl({ mend: "" }),
  };
}
