/** Small words about workflows. */

import type { Workflow } from "../../api/schema";
import { holdsWords } from "../../ui/search";

/** The dialog that is open, and over which workflow. */
export type Doing =
  | { what: "import" | "samples" }
  | { what: "pause" | "duplicate" | "archive"; workflow: Workflow }
  | null;

/** "order_flow_copy", or with a number when that is taken. */
export function copyName(name: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const tried = number === 1 ? `${name}_copy` : `${name}_copy${number}`;
    if (!taken.includes(tried)) return tried;
  }
}

/** `trade:finance` for every tag of every workflow, sorted. */
export function tagsOf(workflows: readonly Workflow[]): string[] {
  const tags = new Set(
    workflows.flatMap(({ tags }) => Object.entries(tags).map(([name, value]) => tagText(name, value))),
  );
  return [...tags].sort();
}

export function tagText(name: string, value: string): string {
  return value === "" ? name : `${name}:${value}`;
}

/** Those with the text in name, description or a tag, and with the tag. */
export function matching(workflows: readonly Workflow[], text: string, tag: string): Workflow[] {
  return workflows.filter((workflow) => {
    const tags = Object.entries(workflow.tags).map(([name, value]) => tagText(name, value));
    return holdsWords([workflow.name, workflow.description, ...tags], text) && (tag === "" || tags.includes(tag));
  });
}
