/** What the copilot is asked for, as a request to the API; and what becomes of the document when its proposal is applied. */

import { nameOf, type StatePointer } from "../../../asl";
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
  readonly words: readonly WordUse[];
}

/** What a word or a phrase of the sentence became. Places are in characters, not in UTF-16; null is a to-do. */
export interface WordUse {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: string;
  readonly pointer: string | null;
}

export interface Piece {
  readonly start: number;
  readonly text: string;
  /** Null for what says nothing by itself. */
  readonly word: WordUse | null;
}

/** The sentence cut where a word that is accounted for begins or ends. */
export function piecesOf(sentence: string, words: readonly WordUse[]): Piece[] {
  const characters = Array.from(sentence.trim());
  const pieces: Piece[] = [];
  let at = 0;
  const take = (end: number, word: WordUse | null): void => {
    if (end > at) pieces.push({ start: at, text: characters.slice(at, end).join(""), word });
    at = Math.max(at, end);
  };
  for (const word of words) {
    take(word.start, null);
    take(word.end, word);
  }
  take(characters.length, null);
  return pieces;
}

/** The state that a pointer of a document leads into, as a pointer of its definition; null for a trigger. */
export function stateIn(pointer: string): StatePointer | null {
  const parts = pointer.split("/");
  const last = parts.lastIndexOf("States");
  return parts[1] !== "definition" || last < 0 ? null : `/${parts.slice(2, last + 2).join("/")}`;
}

/** Where a word went, for people: "Charge, MaxAttempts: 3". */
export function placeOf(word: WordUse, document: JsonObject): string {
  if (word.pointer === null) return "not in the draft";
  const state = stateIn(word.pointer);
  const value = valueAt(document, word.pointer);
  const last = word.pointer.slice(word.pointer.lastIndexOf("/") + 1);
  const place = state === null ? "the trigger" : nameOf(state);
  const says = typeof value === "string" || typeof value === "number";
  return says ? `${place}, ${last}: ${String(value)}` : place;
}

function valueAt(document: JsonObject, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    value = Array.isArray(value) ? value[Number(name)] : isObject(value) ? own(value, name) : undefined;
  }
  return value;
}

/** What the draft has nothing of. */
export function lostIn(words: readonly WordUse[]): readonly WordUse[] {
  return words.filter((word) => word.pointer === null);
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
        address: "/copilot/draft",
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
      return `Draft: ${shortened(request.text)}`;
    case "fix":
      return `Fix: ${where(request.problem)}`;
    case "errors":
      return request.states.length === 1 && request.states[0] !== undefined
        ? `Add error handling to ${nameOf(request.states[0])}`
        : "Add error handling";
  }
}

const LONGEST = 40;

function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).trimEnd()}…`;
}

/**
 * The proposed document with its to-dos beside it; those of before stay where their state does and says the same. What
 * the Studio keeps (notes, places) is the present document's.
 */
export function applied(proposal: Proposal, document: JsonObject): JsonObject {
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
