/** One question to the copilot at a time: what it was, its answer, what went wrong. */
import { useCallback, useRef, useState } from "react";
import { request as send } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import type { JsonObject } from "../../../asl";
import type { CopilotRequest } from "../slots";
import { type Asked, type Explanation, type Proposal, requestOf } from "./asking";

export type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "busy"; readonly request: CopilotRequest }
  | { readonly kind: "failed"; readonly request: CopilotRequest; readonly error: ApiError }
  | { readonly kind: "explained"; readonly state: string | null; readonly explanation: Explanation }
  | {
      readonly kind: "proposed";
      readonly request: Asked;
      readonly proposal: Proposal;
      /** The document it was made of. */
      readonly base: JsonObject;
    };

interface CopilotState {
  readonly outcome: Outcome;
  readonly ask: (request: CopilotRequest, document: JsonObject) => void;
  /** Forget the answer, or stop waiting for it. */
  readonly clear: () => void;
}

export function useCopilot(): CopilotState {
  const [outcome, setOutcome] = useState<Outcome>({ kind: "none" });
  const running = useRef<AbortController | null>(null);

  const clear = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setOutcome({ kind: "none" });
  }, []);

  const ask = useCallback((asked: CopilotRequest, document: JsonObject) => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    setOutcome({ kind: "busy", request: asked });
    answer(asked, document, control.signal).then(
      (found) => !control.signal.aborted && setOutcome(found),
      (thrown) => !control.signal.aborted && setOutcome({ kind: "failed", request: asked, error: asApiError(thrown) }),
    );
  }, []);

  return { outcome, ask, clear };
}

async function answer(asked: CopilotRequest, document: JsonObject, signal: AbortSignal): Promise<Outcome> {
  const { address, body } = requestOf(asked, document);
  if (asked.kind === "explain") {
    const { body: explanation } = await send<Explanation>("POST", address, { body, signal });
    return { kind: "explained", state: asked.state, explanation };
  }
  const { body: proposal } = await send<Proposal>("POST", address, { body, signal });
  return { kind: "proposed", request: asked, proposal, base: document };
}
