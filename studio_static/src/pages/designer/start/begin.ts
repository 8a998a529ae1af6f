/** What a new workflow is called and begins with. */
import type { JsonObject } from "../../../asl/types";

const SMALL = new Set("a an the when if in on and then to of it comes is for with every".split(" "));
const WORDS = 4;

/** `When a high value order comes in, ask finance …` → `high_value_order_ask` */
export function nameFor(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const telling = words.filter((word) => !SMALL.has(word)).slice(0, WORDS);
  return telling.join("_").slice(0, 60) || "new_workflow";
}

export function freeWorkflowName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number += 1) if (!taken.includes(`${wanted}_${number}`)) return `${wanted}_${number}`;
}

/** One step that hands on its input: valid, and the line to add to is there. */
export function newDocument(name: string): JsonObject {
  return {
    name,
    definition: { QueryLanguage: "JSONata", StartAt: "Begin", States: { Begin: { Type: "Pass", End: true } } },
  };
}
