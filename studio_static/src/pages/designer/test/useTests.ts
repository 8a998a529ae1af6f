/** What the Test panel remembers of each workflow while the page is open: input, answers, the last run. */
import { create } from "zustand";
import type { CasesRun, Mock, TrialAnswer, TrialRequest } from "../../../api/schema";
import { executionHref, go } from "../../../app/links";
import type { Json, JsonObject } from "../../../asl";
import type { Call, Mode } from "./plan";

/** What a call comes to in a test. */
export type Answering =
  | { readonly kind: "output"; readonly output: Json }
  | { readonly kind: "error"; readonly error: string; readonly cause: string }
  | { readonly kind: "real" };

export interface Run {
  readonly mode: Mode;
  readonly state: string | null;
  readonly input: Json;
  readonly answer: TrialAnswer;
  /** The document that was run: another one by now, and the result is of an earlier draft. */
  readonly document: JsonObject;
  readonly pinned: readonly string[];
}

export interface Tests {
  readonly mode: Mode;
  /** Undefined: the first that there is, of a past run, a case, the schema. */
  readonly input: Json | undefined;
  /** The execution that is to go on once the workflow is mended: it was opened here with its input. */
  readonly mends: string | null;
  readonly variables: JsonObject;
  /** By state path; what is not there is mocked with a sample, or really called where it only reads. */
  readonly answers: Readonly<Record<string, Answering>>;
  readonly run: Run | null;
  readonly cases: { readonly result: CasesRun; readonly document: JsonObject } | null;
}

/** A step's values by name: what the API answers is JSON. */
export const valuesOf = (answer: TrialAnswer, stepId: string): Record<string, Json> =>
  (answer.values[stepId] ?? {}) as Record<string, Json>;

const FRESH: Tests = { mode: "all", input: undefined, mends: null, variables: {}, answers: {}, run: null, cases: null };

const useStore = create<Record<string, Tests>>(() => ({}));

export const useTests = (workflow: string): Tests => useStore((all) => all[workflow] ?? FRESH);

/** The way to the execution that is to go on, with its name; null where none was opened here. */
export function mendingOf(workflow: string): { name: string; goOn: () => void } | null {
  const id = useStore.getState()[workflow]?.mends ?? null;
  if (id === null) return null;
  return { name: id.slice(id.indexOf(":") + 1), goOn: () => go(`${executionHref(id)}?mend=1`) };
}

export function setTests(workflow: string, change: Partial<Tests>): void {
  useStore.setState((all) => ({ [workflow]: { ...(all[workflow] ?? FRESH), ...change } }));
}

/** What a call comes to: as was chosen, else really called where it only reads, else mocked with a sample. */
export function answeringOf(call: Call, answers: Tests["answers"]): Answering {
  return answers[call.path] ?? (call.reads ? { kind: "real" } : { kind: "output", output: call.sample });
}

/** The body of POST /test/run. */
export function requestOf(
  document: JsonObject,
  state: string | null,
  tests: Tests,
  input: Json,
  calls: readonly Call[],
  pins: JsonObject,
): TrialRequest {
  const answering = calls.map((call) => ({ call, how: answeringOf(call, tests.answers) }));
  const mocks: Record<string, Mock> = {};
  for (const { call, how } of answering) {
    if (how.kind === "output") mocks[call.path] = { output: how.output };
    if (how.kind === "error") mocks[call.path] = { error: how.error || "States.TaskFailed", cause: how.cause };
  }
  const real = answering.flatMap(({ call, how }) => (how.kind === "real" ? [call.resource] : []));
  return {
    document,
    input,
    mode: tests.mode,
    ...(tests.mode === "all" ? {} : { state }),
    ...(tests.mode === "all" || tests.mode === "up_to" ? {} : { variables: tests.variables }),
    pins,
    mocks,
    allow: [...new Set(real)],
    use_reads: false,
  };
}
