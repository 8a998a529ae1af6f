/**
 * The value of an expression while it is typed. JSONata runs here, for speed, within bounds; what only the engine knows
 * (JSONPath, intrinsic functions, the functions that Step Functions adds to JSONata) is asked of the server.
 */
import { post } from "../../../api/client";
import { asApiError } from "../../../api/errors";
import type { Json, QueryLanguage } from "../../../asl";
import type { Sample } from "./sample";

export type Evaluated =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "nothing" }
  | { readonly kind: "error"; readonly message: string };

const ENGINE_ONLY = /\$(?:partition|range|hash|random|uuid|parse|now|millis|eval|formatInteger|parseInteger)\s*\(/;
const MOST_MS = 300;
const DEEPEST = 150;

/** What `expression` (without braces) gives for `sample`. Never throws. */
export async function evaluate(expression: string, language: QueryLanguage, sample: Sample): Promise<Evaluated> {
  if (expression.trim() === "") return { kind: "nothing" };
  if (language === "JSONata" && !ENGINE_ONLY.test(expression)) return evaluateHere(expression, sample);
  return evaluateThere(expression, language, sample);
}

async function evaluateHere(expression: string, sample: Sample): Promise<Evaluated> {
  const { default: jsonata } = await import("jsonata");
  try {
    const compiled = jsonata(expression);
    bound(compiled);
    const states = {
      input: sample.input,
      result: sample.input,
      context: { Execution: { Input: sample.input }, State: {} },
    };
    const value: unknown = await compiled.evaluate(undefined, { ...sample.variables, states });
    if (value === undefined || typeof value === "function") return { kind: "nothing" };
    return { kind: "value", value: JSON.parse(JSON.stringify(value)) as Json };
  } catch (thrown) {
    return { kind: "error", message: wordsOf(thrown) };
  }
}

/** Stops what runs too long or too deep (the way that JSONata's own exerciser does it). */
function bound(compiled: { assign: (name: string, value: unknown) => void }): void {
  const until = Date.now() + MOST_MS;
  let depth = 0;
  const check = (): void => {
    if (depth > DEEPEST) throw new Error("It goes too deep to be tried here.");
    if (Date.now() > until) throw new Error("It takes too long to be tried here.");
  };
  compiled.assign("__evaluate_entry", () => {
    depth += 1;
    check();
  });
  compiled.assign("__evaluate_exit", () => {
    depth -= 1;
    check();
  });
}

async function evaluateThere(expression: string, language: QueryLanguage, sample: Sample): Promise<Evaluated> {
  try {
    const answer = await post<{ value: Json; type: string; error: string | null }>("/rules/expression", {
      expression,
      query_language: language,
      input: sample.input,
      variables: sample.variables,
      context: {},
    });
    if (answer.error !== null) return { kind: "error", message: answer.error };
    return answer.type === "undefined" || answer.type === "nothing"
      ? { kind: "nothing" }
      : { kind: "value", value: answer.value };
  } catch (thrown) {
    return { kind: "error", message: asApiError(thrown).message };
  }
}

function wordsOf(thrown: unknown): string {
  return typeof thrown === "object" && thrown !== null && "message" in thrown ? String(thrown.message) : String(thrown);
}
