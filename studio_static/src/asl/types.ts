/**
 * The words of the package: a definition in the Amazon States Language as plain JSON, addresses within it, and what the
 * canvas is drawn from. Nothing here is a class: every value can be stored, compared and sent to a worker.
 *
 * A definition is never normalised. Whatever an operation does not speak about (unknown fields, the order of keys) is in
 * its result as it was in its argument, and arguments are never changed.
 */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** A state machine or a part of one: an object with `StartAt` and `States`. Drafts may lack either. */
export type Definition = JsonObject;
export type StateObject = JsonObject;

export type { QueryLanguage, StateType } from "../facts";

/** JSON pointer (RFC 6901) of a state in the definition: `/States/Fulfil/Branches/0/States/Reserve Stock`. */
export type StatePointer = string;
/** JSON pointer of an object with StartAt and States: `` (the whole), `/States/Fulfil/Branches/0`. */
export type ScopePointer = string;

/** The place in a state where a transition is written. `start` belongs to a scope: its StartAt. */
export type Port = "start" | "next" | "default" | `choice/${number}` | `catch/${number}`;
/** `<state pointer>#<port>`, for StartAt `<scope pointer>#start`. The same line keeps its id while its target changes. */
export type EdgeId = string;

export interface EdgeAddress {
  /** A state's pointer; for `start` the scope's. */
  readonly source: StatePointer | ScopePointer;
  readonly port: Port;
}

/** One transition as it is written: `target` is a state's name, null is the end. */
export interface Link {
  readonly port: Port;
  readonly target: string | null;
}

/** What an edit gives back: the new definition, its name for the history, and what to select. */
export interface Edited {
  readonly definition: Definition;
  readonly label: string;
  readonly selected: readonly StatePointer[];
}

/** States on their way: in the clipboard, from the palette. `End: true` and targets outside mean "goes on from here". */
export interface Fragment {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateObject>>;
}

/** An edit that cannot be done; the message says why, `advice` what to do. */
export class EditError extends Error {
  readonly advice: string;
  constructor(message: string, advice: string) {
    super(message);
    this.name = "EditError";
    this.advice = advice;
  }
}
