/**
 * Transitions: reading them from a state, and writing one without disturbing the rest.
 *
 * A link is where a transition is written (its port) and where it leads. Only `next` may lead to the end (`End: true`):
 * ASL gives a rule, a default and a catcher no way to end, so taking their target away takes them away too.
 */
import { STATE_FIELDS } from "../facts";
import { isObject, own, withEntry, withoutEntry } from "./pointer";
import type { Json, JsonObject, Link, Port, StateObject, StateType } from "./types";
import { typeOf } from "./walk";

const canHave = (type: StateType | null, field: string): boolean =>
  type !== null && (STATE_FIELDS[type].JSONPath as readonly string[]).includes(field);

/** Whether states of the type may have Retry and Catch. */
export const typeCanFail = (type: StateType | null): boolean => canHave(type, "Catch");
export const canFail = (state: StateObject): boolean => typeCanFail(typeOf(state));
/** Whether the state goes on by Next or End. */
export const hasNext = (state: StateObject): boolean => typeOf(state) === null || canHave(typeOf(state), "Next");
export const isTerminal = (state: StateObject): boolean => !hasNext(state) && typeOf(state) !== "Choice";

/** The objects in the array field `key`; what is no object keeps its number. */
export function objectsIn(state: StateObject, key: string): { index: number; value: JsonObject }[] {
  const items = own(state, key);
  if (!Array.isArray(items)) return [];
  return items.flatMap((value, index) => (isObject(value) ? [{ index, value }] : []));
}

const named = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** States never change in place: each is read once. */
const read = new WeakMap<StateObject, readonly Link[]>();

/** Every transition of a state in the order Choices, Default, Next/End, Catch. */
export function linksOf(state: StateObject): readonly Link[] {
  const known = read.get(state);
  if (known !== undefined) return known;
  const links: Link[] = [];
  const add = (port: Port, value: Json | undefined): void => {
    const target = named(value);
    if (target !== undefined) links.push({ port, target });
  };
  if (typeOf(state) === "Choice") {
    for (const { index, value } of objectsIn(state, "Choices")) add(`choice/${index}`, own(value, "Next"));
    add("default", own(state, "Default"));
  } else if (!isTerminal(state)) {
    if (named(own(state, "Next")) !== undefined) add("next", own(state, "Next"));
    else if (own(state, "End") === true) links.push({ port: "next", target: null });
  }
  if (canFail(state))
    for (const { index, value } of objectsIn(state, "Catch")) add(`catch/${index}`, own(value, "Next"));
  read.set(state, links);
  return links;
}

const LISTS = { choice: "Choices", catch: "Catch" } as const;

/** The list and number a port like `choice/2` means, else null. */
export function listPort(port: Port): { key: "Choices" | "Catch"; index: number } | null {
  const [list, index] = port.split("/");
  if (index === undefined || (list !== "choice" && list !== "catch")) return null;
  return { key: LISTS[list], index: Number(index) };
}

/** `state` with the transition at `port` leading to `target`; null ends (`next`) or takes the transition away (others). */
export function withLink(state: StateObject, port: Port, target: string | null): StateObject {
  const list = listPort(port);
  if (list !== null) {
    const items = own(state, list.key);
    if (!Array.isArray(items)) return state;
    const changed =
      target === null
        ? items.filter((_, index) => index !== list.index)
        : items.map((item, index) => (index === list.index && isObject(item) ? withEntry(item, "Next", target) : item));
    return list.key === "Catch" && changed.length === 0
      ? withoutEntry(state, "Catch")
      : withEntry(state, list.key, changed);
  }
  if (port === "default") return target === null ? withoutEntry(state, "Default") : withEntry(state, "Default", target);
  return target === null ? inPlace(state, "Next", "End", true) : inPlace(state, "End", "Next", target);
}

/** Set `key`, in the place of `instead` where that stands. */
function inPlace(state: StateObject, instead: string, key: string, value: Json): StateObject {
  if (Object.hasOwn(state, key) || !Object.hasOwn(state, instead))
    return withEntry(withoutEntry(state, instead), key, value);
  return Object.fromEntries(
    Object.entries(state).map(([name, old]) => (name === instead ? [key, value] : [name, old])),
  );
}

/** `state` with every transition sent through `change`; null as in withLink. */
export function mapLinks(
  state: StateObject,
  change: (target: string | null, port: Port) => string | null,
): StateObject {
  let changed = state;
  // Backwards, so that a rule taken away does not shift those still to be looked at.
  for (const link of linksOf(state).toReversed()) {
    const target = change(link.target, link.port);
    if (target !== link.target) changed = withLink(changed, link.port, target);
  }
  return changed;
}

/** Where the flow goes on when nothing special happens: Next; a Choice's Default, else its last rule; null is the end. */
export function mainLink(state: StateObject): Link | null {
  const links = linksOf(state).filter((link) => !link.port.startsWith("catch/"));
  return links.find((link) => link.port === "next" || link.port === "default") ?? links.at(-1) ?? null;
}
