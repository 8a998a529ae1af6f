/** The subject and the payload as they are typed, tested by the engine a moment after the last key. */
import type { ApiError } from "../../api/errors";
import type { RuleBranch, RuleBranches, RuleReport } from "../../api/schema";
import { useAnswer } from "../../api/useAnswer";
import { isObject, type JsonObject } from "../../asl";
import type { Payload } from "./changes";
import { type RuleSubject, readJson, readSubject, type Subject } from "./subject";

const AFTER_MS = 300;

export interface Faults {
  readonly subject: string | null;
  readonly input: string | null;
  readonly variables: string | null;
}

export interface Read {
  readonly subject: RuleSubject | null;
  readonly payload: Payload | null;
  readonly faults: Faults;
}

/** The three texts, as the API takes them. */
export function readAll(subject: Subject, input: string, variables: string): Read {
  const [first, second, third] = [readSubject(subject), readJson(input), readVariables(variables)];
  return {
    subject: "given" in first ? first.given : null,
    payload: "given" in second && "given" in third ? { input: second.given, variables: third.given } : null,
    faults: {
      subject: "fault" in first ? first.fault : null,
      input: "fault" in second ? second.fault : null,
      variables: "fault" in third ? third.fault : null,
    },
  };
}

function readVariables(text: string): { given: JsonObject } | { fault: string } {
  if (text.trim() === "") return { given: {} };
  const read = readJson(text);
  if ("fault" in read) return read;
  return isObject(read.given) ? { given: read.given } : { fault: "Variables are an object: by name, without $." };
}

export interface Tested {
  readonly report: RuleReport | null;
  readonly error: ApiError | null;
  /** Whether the report is of what is written now. */
  readonly current: boolean;
}

/** null tests nothing: one of the texts cannot be read. */
export function useRuleTest(subject: RuleSubject | null, payload: Payload | null): Tested {
  const body = subject === null || payload === null ? null : JSON.stringify({ ...subject, ...payload });
  const answer = useAnswer<RuleReport>("/rules/test", body, AFTER_MS);
  return { report: answer.data, error: answer.error, current: answer.of === body };
}

interface Branches {
  readonly branches: RuleBranch[] | null;
  readonly error: ApiError | null;
}

/** The branch that each payload takes; null until it is known. */
export function useBranches(subject: RuleSubject | null, payloads: readonly Payload[]): Branches {
  const inputs = payloads.map(({ input, variables }) => ({ input, variables }));
  const body = subject === null || inputs.length === 0 ? null : JSON.stringify({ ...subject, inputs });
  const answer = useAnswer<RuleBranches>("/rules/test-many", body, AFTER_MS);
  const isOfThese = answer.data !== null && answer.data.results.length === payloads.length;
  return { branches: isOfThese && answer.data !== null ? answer.data.results : null, error: answer.error };
}
