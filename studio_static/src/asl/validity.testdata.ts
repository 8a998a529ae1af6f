/** What every edit must keep true, as a list of what is wrong. */
import { hasNext, linksOf } from "./links";
import type { Definition } from "./types";
import { scopes, typeOf, walk } from "./walk";

/** Faults of structure: targets that are not there, states without a way on, names twice, scopes without a start. */
export function faults(definition: Definition): string[] {
  const found: string[] = [];
  const names = walk(definition).map((state) => state.name);
  if (new Set(names).size !== names.length) found.push(`names twice: ${names.join(", ")}`);
  for (const scope of scopes(definition)) {
    const own = Object.keys(scope.states);
    if (own.length > 0 && !Object.hasOwn(scope.states, scope.startAt))
      found.push(`StartAt ${scope.startAt} of ${scope.pointer}`);
    for (const [name, state] of Object.entries(scope.states)) {
      const links = linksOf(state);
      if (Object.hasOwn(state, "Next") && Object.hasOwn(state, "End")) found.push(`${name} has Next and End`);
      if (hasNext(state) && !links.some((link) => link.port === "next")) found.push(`${name} leads nowhere`);
      if (typeOf(state) === "Choice" && links.length === 0) found.push(`${name} has no way out`);
      if (typeOf(state) === "Choice" && links.some((link) => link.target === null)) found.push(`${name} ends`);
      for (const { port, target } of links)
        if (target !== null && !Object.hasOwn(scope.states, target)) found.push(`${name}#${port} → ${target}`);
    }
  }
  return found;
}
