/** What the copilot is asked for, as a request to the API; and what becomes of the document when its proposal is applied. */

import { nameOf } from "../../../asl";
import { isObject, own, withEntry } from "../../../asl/pointer";
import { studioOf } from "../../../asl/studio";
import type { Json, JsonObject } from "../../../asl/types";
import { typeOf, walk } from "../../../asl/walk";
import type { whereOf } from "../problems/problems";
import { type ToDo, toDosOf, withToDos } from "../problems/todos";
import type { CopilotRequest } from "../slots";

/** A proposal as the API answers it. */
export interface Proposal {
  readonly document: JsonObject;
  readonly plan: readonly { readonly text: string; readonly states: readonly string[] }[];
  readonly to_dos: readonly ToDo[];
  readonly diagnostics: readonly { readonly message: string; readonly location: string; readonly severity: string }[];
  readonly provider: string;
  readonly attempts: number;
  readonly notes: readonly string[];
  readonly changes: readonly { readonly state: string; readonly change: string }[];
  readonly clauses: readonly Clause[];
  readonly cases: readonly {
    readonly name: string;
    readonly passed: boolean;
    readonly states: readonly string[];
    readonly problem: string | null;
  }[];
  readonly forward: { readonly execution: string; readonly text: string } | null;
}

/** A clause of the request: the states that do it, why it is left open, or why it needs no step. */
export interface Clause {
  readonly text: string;
  readonly states: readonly string[];
  readonly open: string | null;
  readonly no_step: string | null;
}

export interface Explanation {
  readonly text: string;
  readonly steps: readonly { readonly state: string; readonly text: string }[];
}

export type Asked = Exclude<CopilotRequest, { kind: "explain" }>;

/** The route and the body that ask for `request` about `document`. */
export function requestOf(request: CopilotRequest, document: JsonObject): { address: string; body: JsonObject } {
  switch (request.kind) {
    case "draft":
      return {
        address: "/copilot/outline",
        body: {
          sentence: request.text,
          document: isBlank(document) ? withEntry(document, "definition", {}) : document,
        },
      };
    case "explain":
      return {
        address: "/copilot/explain",
        body: { document, ...(request.state === null ? {} : { state: nameOf(request.state) }) },
      };
    case "fix": {
      const { code, message, severity, pointer } = request.problem;
      const location = request.problem.location ?? pointer;
      const diagnostic = { code, message, location, severity: severity === "error" ? "ERROR" : "WARNING" };
      return { address: "/copilot/fix", body: { document, diagnostic } };
    }
    case "errors":
      return { address: "/copilot/error-handling", body: { document, states: request.states.map(nameOf) } };
  }
}

/** Whether there is no workflow yet: no step, or a new one's that does nothing. It is not changed but begun. */
export function isBlank(document: JsonObject): boolean {
  const definition = own(document, "definition");
  if (!isObject(definition)) return true;
  const [first, second] = walk(definition);
  if (first === undefined || second !== undefined) return first === undefined;
  return typeOf(first.state) === "Pass" && Object.keys(first.state).every((field) => SAYS_NOTHING.has(field));
}

const SAYS_NOTHING: ReadonlySet<string> = new Set(["Type", "End"]);

/** What the step of the history is called. */
export function labelOf(request: Asked, where: typeof whereOf): string {
  switch (request.kind) {
    case "draft":
      return `Outline: ${shortened(request.text)}`;
    case "fix":
      return `Fix: ${where(request.problem)}`;
    case "errors":
      return request.states.length === 1 && request.states[0] !== undefined
        ? `Add error handling to ${nameOf(request.states[0])}`
        : "Add error handling";
  }
}

/** What the step of the history is called that applies a turn of the conversation. */
export const labelOfTurn = (asked: string): string => `Copilot: ${shortened(asked)}`;

const LONGEST = 40;

function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).trimEnd()}…`;
}

/**
 * The proposed document with its to-dos beside it; those of before stay where their state does and says the same. What
 * the Studio keeps (notes, places) is the present document's.
 */
export function applied(proposal: Pick<Proposal, "document" | "to_dos">, document: JsonObject): JsonObject {
  const states = statesOf(proposal.document);
  const before = statesOf(document);
  const kept = toDosOf(document).filter(
    ({ state }) => state === null || (states.has(state) && states.get(state) === before.get(state)),
  );
  const toDos = unique([...kept, ...proposal.to_dos]);
  return withToDos(withEntry(proposal.document, "studio", studioOf(document)), toDos);
}

function statesOf(document: JsonObject): Map<string, string> {
  const definition = own(document, "definition");
  const found = new Map<string, string>();
  if (isObject(definition)) {
    for (const { pointer, state } of walk(definition)) found.set(nameOf(pointer), JSON.stringify(state satisfies Json));
  }
  return found;
}

function unique(toDos: readonly ToDo[]): ToDo[] {
  const seen = new Map(toDos.map((each) => [JSON.stringify([each.state, each.pointer, each.text]), each]));
  return [...seen.values()].slice(0, 500);
}
