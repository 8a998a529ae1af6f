/** What a new workflow is called and begins with. */
import type { TemplateRow } from "../../../api/schema";
import { withEntry } from "../../../asl/pointer";
import type { JsonObject } from "../../../asl/types";
import { withToDos } from "../problems/todos";

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

/** A template as the API answers it. */
export type Template = Omit<TemplateRow, "document"> & { readonly document: JsonObject };

/** The draft that a template becomes: its document under another name, with what must be filled in as to-dos. */
export function fromTemplate(template: Pick<Template, "document" | "to_dos">, name: string): JsonObject {
  return withToDos(withEntry(template.document, "name", name), template.to_dos);
}

/** An address is no place for 4,000 characters; so many say what is meant. */
const LONGEST_SOUGHT = 400;

/** The words that templates are to fit: those that are searched for, else those of the sentence. */
export function whatFits(sought: string, sentence: string): string {
  const line = (text: string): string => text.trim().replace(/\s+/g, " ");
  return (line(sought) || line(sentence)).slice(0, LONGEST_SOUGHT);
}

/** Whether somebody came for the templates (`TEMPLATES`). */
export const asksForTemplates = (): boolean => window.location.hash === "#templates";
