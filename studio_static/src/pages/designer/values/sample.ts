/**
 * A sample: an input and variables that a state could have, so that an expression shows its value while it is typed.
 * Real ones first: the last runs', then what is pinned, then the cases', then one made of the input schema.
 */

import { get, path, withQuery } from "../../../api/client";
import {
  type Definition,
  isObject,
  type Json,
  type JsonObject,
  nameOf,
  own,
  pinsOf,
  predecessors,
  type StatePointer,
  scopeOf,
  statePath,
} from "../../../asl";
import { sampleOf } from "./paths";

export interface Sample {
  /** "Last run · order-1". */
  readonly title: string;
  readonly input: Json;
  readonly variables: JsonObject;
}

interface PastInput {
  readonly execution: string;
  readonly status: string;
  readonly input: Json;
  readonly output: Json;
  readonly variables?: JsonObject | null;
}

/** The samples of the state at `pointer` (null: of the workflow), best first. */
export async function samplesOf(
  workflow: string,
  document: JsonObject,
  pointer: StatePointer | null,
): Promise<Sample[]> {
  return [...(await pastSamples(workflow, pointer)), ...documentSamples(document, pointer)];
}

async function pastSamples(workflow: string, pointer: StatePointer | null): Promise<Sample[]> {
  const past = await pastInputs(workflow, pointer === null ? null : nameOf(pointer));
  return past.map((each) => ({ title: runTitle(each), input: each.input, variables: each.variables ?? {} }));
}

/** The last inputs that really came, of a state or of the workflow. None where they cannot be read: they are a help. */
export async function pastInputs(workflow: string, state: string | null): Promise<readonly PastInput[]> {
  try {
    return (await get<{ inputs: PastInput[] }>(withQuery(path("/workflows/{}/inputs", workflow), { state, limit: 5 })))
      .inputs;
  } catch {
    return [];
  }
}

export const runTitle = ({ execution }: PastInput): string => `Run ${execution.split(":").at(-1) ?? execution}`;

/** What the document itself says: pins of the state before, cases and the input schema for what starts the workflow. */
export function documentSamples(document: JsonObject, pointer: StatePointer | null): Sample[] {
  const definition = own(document, "definition");
  const found: Sample[] = pointer === null || !isObject(definition) ? [] : pinned(document, definition, pointer);
  if (pointer === null || isFirst(definition, pointer)) {
    const cases = own(document, "cases");
    for (const each of Array.isArray(cases) ? cases : []) {
      if (isObject(each))
        found.push({ title: `Case ${String(own(each, "name"))}`, input: own(each, "input") ?? null, variables: {} });
    }
    const schema = own(document, "input_schema");
    if (isObject(schema)) found.push({ title: "From the input schema", input: sampleOf(schema), variables: {} });
  }
  return found;
}

function isFirst(definition: Json | undefined, pointer: StatePointer): boolean {
  return scopeOf(pointer) === "" && isObject(definition) && own(definition, "StartAt") === nameOf(pointer);
}

function pinned(document: JsonObject, definition: Definition, pointer: StatePointer): Sample[] {
  const pins = pinsOf(document);
  return predecessors(definition, pointer).flatMap((before) => {
    const output = own(pins, statePath(before));
    return output === undefined ? [] : [{ title: `Pinned at ${nameOf(before)}`, input: output, variables: {} }];
  });
}
