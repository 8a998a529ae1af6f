/** The conversation about one draft: it is read once, and followed while a turn runs, in whatever window it was begun. */
import { useCallback, useEffect, useRef, useState } from "react";
import { request as send } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import type { JsonObject } from "../../../asl";
import { forgetApplied } from "./kept";
import { type ConversationAnswer, conversationAddress, folded, lookAddress, pauseAfter, type Turn } from "./turns";

export interface ConversationState {
  /** Whether the turns are known. */
  readonly isRead: boolean;
  readonly turns: readonly Turn[];
  readonly running: boolean;
  readonly error: ApiError | null;
  readonly begin: (text: string, document: JsonObject, execution?: string | null) => Promise<boolean>;
  readonly stop: () => void;
  readonly forget: () => void;
  readonly retry: () => void;
}

export function useConversation(workflow: string): ConversationState {
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [running, setRunning] = useState(false);
  const [isRead, setRead] = useState(false);
  /** Each time it changes, the conversation is read again, and followed while a turn runs. */
  const [look, setLook] = useState(0);
  const again = useCallback(() => setLook((count) => count + 1), []);
  const tag = useRef<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another workflow has another conversation
  useEffect(() => {
    tag.current = null;
    setTurns([]);
    setRead(false);
  }, [workflow]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `look` asks for another reading
  useEffect(() => {
    const leaving = new AbortController();
    const follow = async (): Promise<void> => {
      let isRunning = true;
      while (isRunning && !leaving.signal.aborted) {
        const address = lookAddress(workflow, tag.current);
        const { body } = await send<ConversationAnswer>("GET", address, { signal: leaving.signal });
        tag.current = body.tag;
        isRunning = body.running;
        setTurns((known) => folded(known, body));
        setRunning(isRunning);
        setRead(true);
        setError(null);
        if (isRunning && pauseAfter(body) > 0) await new Promise((done) => setTimeout(done, pauseAfter(body)));
      }
    };
    follow().catch((thrown) => {
      if (!leaving.signal.aborted) setError(asApiError(thrown));
    });
    return () => leaving.abort();
  }, [workflow, look]);

  const act = useCallback(
    async (method: string, more: string, body?: JsonObject): Promise<boolean> => {
      try {
        await send(method, `${conversationAddress(workflow)}${more}`, body === undefined ? {} : { body });
        setError(null);
        return true;
      } catch (thrown) {
        setError(asApiError(thrown));
        return false;
      } finally {
        again();
      }
    },
    [workflow, again],
  );

  return {
    isRead,
    turns,
    running,
    error,
    retry: again,
    begin: useCallback(
      (text, document, execution = null) =>
        act("POST", "", { text, document, ...(execution === null ? {} : { execution }) }),
      [act],
    ),
    stop: useCallback(() => void act("POST", "/stop"), [act]),
    forget: useCallback(() => {
      tag.current = null;
      void act("DELETE", "").then((isGone) => {
        if (!isGone) return;
        setTurns([]);
        forgetApplied();
      });
    }, [act]),
  };
}
