/** Cases of a Choice: an input and the branch it must take. They stand among the workflow's cases. */
import type { RuleBranch } from "../../api/schema";
import { isObject, type Json, type JsonObject, own, withEntry } from "../../asl";

export interface RuleCase {
  readonly name: string;
  readonly state: string;
  readonly input: Json;
  readonly variables: JsonObject;
  /** The state it must lead to, or the error it must fail with. */
  readonly next: string | null;
  readonly error: string | null;
}

const casesIn = (document: JsonObject): JsonObject[] => {
  const found = own(document, "cases");
  return Array.isArray(found) ? found.filter(isObject) : [];
};

export function ruleCasesOf(document: JsonObject, state: string): RuleCase[] {
  return casesIn(document)
    .filter((each) => own(each, "state") === state)
    .map((each) => {
      const expect = own(each, "expect");
      const variables = own(each, "variables");
      return {
        name: String(own(each, "name") ?? ""),
        state,
        input: own(each, "input") ?? null,
        variables: variables !== undefined && isObject(variables) ? variables : {},
        next: textOf(expect, "next"),
        error: textOf(expect, "error"),
      };
    });
}

function textOf(value: Json | undefined, key: string): string | null {
  const found = value !== undefined && isObject(value) ? own(value, key) : undefined;
  return typeof found === "string" ? found : null;
}

/** A name that no case has yet, made of what it leads to: `flag-for-review-2`. */
export function freeCaseName(document: JsonObject, leadsTo: string): string {
  const taken = new Set(casesIn(document).map((each) => own(each, "name")));
  const plain = leadsTo
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 70);
  const wanted = plain || "case";
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted}-${count}`;
    if (!taken.has(name)) return name;
  }
}

export function withRuleCase(document: JsonObject, made: RuleCase): JsonObject {
  const expect: JsonObject = made.error !== null ? { error: made.error } : { next: made.next };
  const written: JsonObject = { name: made.name, state: made.state, input: made.input };
  if (Object.keys(made.variables).length > 0) written.variables = made.variables;
  return withEntry(document, "cases", [...casesIn(document), { ...written, expect }]);
}

export function withoutCase(document: JsonObject, name: string): JsonObject {
  return withEntry(
    document,
    "cases",
    casesIn(document).filter((each) => own(each, "name") !== name),
  );
}

/** Where a branch leads, in one word. */
export function branchWord(branch: RuleBranch): string {
  if (branch.error !== null) return branch.error.error;
  return branch.next ?? (branch.otherwise ? "does not hold" : "holds");
}

export const expectedWord = (made: RuleCase): string => made.error ?? made.next ?? "";

export function passes(made: RuleCase, branch: RuleBranch): boolean {
  return made.error !== null ? branch.error?.error === made.error : branch.error === null && branch.next === made.next;
}
