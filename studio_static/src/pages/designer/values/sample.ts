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
  readonly at: string | null;
  readonly status: string;
  readonly input: Json;
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
  const state = pointer === null ? null : nameOf(pointer);
  try {
    const answer = await get<{ inputs: PastInput[] }>(
      withQuery(path("/workflows/{}/inputs", workflow), { state, limit: 5 }),
    );
    return answer.inputs.map((past) => ({
      title: `Run ${past.execution.split(":").at(-1) ?? past.execution}`,
      input: past.input,
      variables: past.variables ?? {},
    }));
  } catch {
    return []; // A sample is a help: without past runs there are the document's own.
  }
}

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
  const studio = own(document, "studio");
  const pins = isObject(studio) ? own(studio, "pins") : undefined;
  if (!isObject(pins)) return [];
  return predecessors(definition, pointer).flatMap((before) => {
    const output = own(pins, statePath(before));
    return output === undefined ? [] : [{ title: `Pinned at ${nameOf(before)}`, input: output, variables: {} }];
  });
}
