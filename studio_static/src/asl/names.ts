/** Names: of states, which are free text, and of what has an address, which is not. */
import { LONGEST_STATE_NAME, NAME_PATTERN } from "../facts";

const ADDRESSED = new RegExp(NAME_PATTERN);

/** What the name of a workflow or a case may be; said beside its field. */
export const NAME_WORDS = "Letters, digits, _ and -; at most 80.";

/** Why `name` cannot be the name of a `what`; null when it can. The server has the last word. */
export function nameProblem(name: string, taken: readonly string[] = [], what = "workflow"): string | null {
  if (name === "") return `A ${what} needs a name.`;
  if (!ADDRESSED.test(name)) return NAME_WORDS;
  return taken.includes(name) ? `There is a ${what} of that name.` : null;
}

/** `text` as the name of a state: no longer than it may be. */
export const stateNameOf = (text: string): string => text.slice(0, LONGEST_STATE_NAME);

/** `wanted`, or `wanted 2`, `wanted 3`, … where that is taken. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const base = stateNameOf(wanted.trim()) || "Step";
  if (!taken.has(base)) return base;
  const stem = base.replace(/ \d+$/, "");
  for (let number = 2; ; number += 1) {
    const suffix = ` ${number}`;
    const name = stem.slice(0, LONGEST_STATE_NAME - suffix.length) + suffix;
    if (!taken.has(name)) return name;
  }
}
