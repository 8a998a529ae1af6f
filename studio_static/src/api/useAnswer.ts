/** What a POST answers to what is typed: asked a moment after the last key. */
import { useEffect, useState } from "react";
import { request } from "./client";
import { type ApiError, asApiError } from "./errors";

interface AnswerOf<T> {
  readonly data: T | null;
  readonly error: ApiError | null;
  /** The body that it answers. */
  readonly of: string | null;
}

/** `body` is JSON; null asks nothing, and keeps what was answered last. */
export function useAnswer<T>(address: string, body: string | null, afterMs: number): AnswerOf<T> {
  const [answer, setAnswer] = useState<AnswerOf<T>>({ data: null, error: null, of: null });
  useEffect(() => {
    if (body === null) return;
    const control = new AbortController();
    const timer = window.setTimeout(async () => {
      try {
        const given: unknown = JSON.parse(body);
        const { body: data } = await request<T>("POST", address, { body: given, signal: control.signal });
        setAnswer({ data, error: null, of: body });
      } catch (thrown) {
        if (!control.signal.aborted) setAnswer({ data: null, error: asApiError(thrown), of: body });
      }
    }, afterMs);
    return () => {
      window.clearTimeout(timer);
      control.abort();
    };
  }, [address, body, afterMs]);
  return answer;
}
