/** The workflow's cases: an input, recorded answers and what must come out. A run that was looked at becomes one. Pure. */
import type { TrialAnswer } from "../../../api/schema";
import { bareResource, isObject, type Json, type JsonObject, own, withEntry } from "../../../asl";
import type { Call } from "./plan";
import { type Answering, valuesOf } from "./useTests";

export interface WholeCase {
  readonly name: string;
  readonly input: Json;
  readonly written: JsonObject;
  /** A case of one Choice, which the Rule Tester keeps; null for one of the whole workflow. */
  readonly choice: string | null;
}

const listOf = (document: JsonObject): Json[] => {
  const found = own(document, "cases");
  return Array.isArray(found) ? found : [];
};

export function casesOf(document: JsonObject): WholeCase[] {
  return listOf(document)
    .filter(isObject)
    .map((written) => {
      const choice = own(written, "state");
      return {
        name: String(own(written, "name") ?? ""),
        input: own(written, "input") ?? null,
        written,
        choice: typeof choice === "string" ? choice : null,
      };
    });
}

export function withCase(document: JsonObject, made: JsonObject): JsonObject {
  return withEntry(document, "cases", [...listOf(document), made]);
}

export function withoutCase(document: JsonObject, name: string): JsonObject {
  const kept = listOf(document).filter((each) => !isObject(each) || own(each, "name") !== name);
  if (kept.length > 0) return withEntry(document, "cases", kept);
  const { cases: _, ...without } = document;
  return without;
}

/**
 * A whole run as a case: what each call came to, in the order in which it was asked, mocked or real, and how it ended.
 * A case is run with nothing but these answers.
 */
export function caseOf(name: string, input: Json, answer: TrialAnswer): JsonObject {
  const stubs: Record<string, Json[]> = {};
  for (const step of answer.steps) {
    if (step.resource === null) continue;
    const found = stubs[step.resource] ?? [];
    stubs[step.resource] = found;
    for (const attempt of step.attempts) {
      if (attempt.error !== null && attempt.status !== "SUCCEEDED") {
        found.push({
          state: step.name,
          error: attempt.error,
          ...(attempt.cause === null ? {} : { cause: attempt.cause }),
        });
      } else if (attempt.status === "SUCCEEDED") {
        found.push({ state: step.name, output: valuesOf(answer, step.id).result ?? null });
      }
    }
  }
  const expect: JsonObject = { status: answer.status };
  if (answer.status === "SUCCEEDED") expect.output = answer.output as Json;
  else if (answer.error !== null) expect.error = answer.error;
  return { name, input, ...(Object.keys(stubs).length > 0 ? { stubs: stubs as JsonObject } : {}), expect };
}

/** Why a run cannot be a case; null when it can. */
export function noCase(answer: TrialAnswer, mode: string, pinned: number): string | null {
  if (mode !== "all") return "A case is a run of the whole workflow.";
  if (pinned > 0) return "A case runs every step: take the pins off first.";
  if (!["SUCCEEDED", "FAILED", "TIMED_OUT"].includes(answer.status)) return "The run did not come to an end.";
  if (answer.unmocked_writes.length > 0) return "A call had no answer.";
  return null;
}

/** The answers of a case, as the calls' settings: the first of each state. */
export function answersOf(written: JsonObject, calls: readonly Call[]): Record<string, Answering> {
  const stubs = own(written, "stubs");
  const found: Record<string, Answering> = {};
  if (!isObject(stubs)) return found;
  for (const call of calls) {
    const list = own(stubs, call.resource) ?? own(stubs, bareResource(call.resource));
    const fitting = (Array.isArray(list) ? list : [])
      .filter(isObject)
      .find((each) => (own(each, "state") ?? call.name) === call.name);
    if (fitting === undefined) continue;
    const error = own(fitting, "error");
    found[call.path] =
      typeof error === "string"
        ? { kind: "error", error, cause: String(own(fitting, "cause") ?? "") }
        : { kind: "output", output: own(fitting, "output") ?? null };
  }
  return found;
}
