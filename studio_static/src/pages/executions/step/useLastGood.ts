/**
 * The run of the same workflow that succeeded last before an execution, with its steps: what a failure is held against. A
 * fork is held against its original.
 */
import { useEffect, useMemo, useState } from "react";
import { get, path, withQuery } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import type { Execution, ExecutionList, ExecutionSummary, StepsAnswer } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { indexOf, type StepIndex } from "../steps";
import { type Rest, restsOf } from "../time/rests";

/** A page of the list may come short under a filter: it is asked on, but not for ever. */
const MOST_REQUESTS = 8;

export type Run = Pick<ExecutionSummary, "id" | "name" | "started_at" | "version">;

export interface LastGood {
  /** Undefined before it is known; null where no run succeeded. */
  readonly run: Run | null | undefined;
  /** Null before its steps are known. */
  readonly index: StepIndex | null;
  readonly rests: readonly Rest[];
  readonly error: ApiError | null;
}

/** `wanted` false asks nothing yet. */
export function useLastGood(
  execution: Pick<Execution, "id" | "workflow" | "started_at" | "fork">,
  wanted: boolean,
): LastGood {
  const { id, workflow, started_at } = execution;
  const original = execution.fork?.original ?? null;
  const [run, setRun] = useState<Run | null>();
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    if (!wanted) return;
    const control = new AbortController();
    const find = async () => {
      if (original !== null) return get<Execution>(path("/executions/{}", original), control.signal);
      const before = await newestGood(workflow, id, started_at, control.signal);
      return before ?? newestGood(workflow, id, null, control.signal);
    };
    find().then(
      (found) => {
        setRun(found);
        setError(null);
      },
      (thrown) => !control.signal.aborted && setError(asApiError(thrown)),
    );
    return () => control.abort();
  }, [wanted, id, workflow, started_at, original]);
  const answer = useApi<StepsAnswer>(run ? path("/executions/{}/steps", run.id) : null);
  const { data } = answer;
  const index = useMemo(() => (data === null ? null : indexOf(data.steps)), [data]);
  const rests = useMemo(() => restsOf(data?.rests ?? []), [data]);
  return { run, index, rests, error: error ?? answer.error };
}

/** The newest run of `workflow` that succeeded and is not `id`; with `before` one that was started before that time. */
async function newestGood(
  workflow: string,
  id: string,
  before: string | null,
  signal: AbortSignal,
): Promise<ExecutionSummary | null> {
  const query = { workflow, status: "SUCCEEDED", started_before: before, limit: 20 };
  let token: string | null = null;
  for (let asked = 0; asked < MOST_REQUESTS; asked += 1) {
    const page: ExecutionList = await get(withQuery("/executions", { ...query, next_token: token }), signal);
    const found = page.executions.find((each) => each.id !== id && !each.fork_of);
    if (found !== undefined) return found;
    if (page.next_token === null) return null;
    token = page.next_token;
  }
  return null;
}
