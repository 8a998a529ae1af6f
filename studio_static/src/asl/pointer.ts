/**
 * JSON pointers into a definition, and changing one place without touching any other.
 *
 * Keys are read as own properties only: a state may be called `constructor` or `__proto__`.
 */
import type { EdgeAddress, EdgeId, Json, JsonObject, Port, ScopePointer, StatePointer } from "./types";

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The own property `key`, or undefined. */
export function own(object: JsonObject | undefined, key: string): Json | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

export const escapeToken = (token: string): string =>
  token.includes("~") || token.includes("/") ? token.replaceAll("~", "~0").replaceAll("/", "~1") : token;
const unescapeToken = (token: string): string => token.replaceAll("~1", "/").replaceAll("~0", "~");

/** `/a~1b/0` → `['a/b', '0']`. */
export function tokensOf(pointer: string): string[] {
  return pointer === "" ? [] : pointer.slice(1).split("/").map(unescapeToken);
}

export const pointerOf = (tokens: readonly string[]): string =>
  tokens.map((token) => `/${escapeToken(token)}`).join("");

/** The value at `pointer`, or undefined where there is none. */
export function valueAt(root: Json, pointer: string): Json | undefined {
  let at: Json | undefined = root;
  for (const token of tokensOf(pointer)) {
    if (Array.isArray(at)) at = at[Number(token)];
    else if (isObject(at)) at = own(at, token);
    else return undefined;
  }
  return at;
}

/** `root` with `change` applied to the value at `pointer`; everything beside the way there is shared, not copied. */
export function changeAt<T extends Json>(root: T, pointer: string, change: (value: Json) => Json): T {
  const descend = (at: Json, tokens: readonly string[]): Json => {
    const [head, ...rest] = tokens;
    if (head === undefined) return change(at);
    if (Array.isArray(at)) {
      const index = Number(head);
      return at.map((item, place) => (place === index ? descend(item, rest) : item));
    }
    if (!isObject(at) || !Object.hasOwn(at, head)) throw new RangeError(`nothing at ${pointer}`);
    return withEntry(at, head, descend(at[head] as Json, rest));
  };
  return descend(root, tokensOf(pointer)) as T;
}

/** `object` with `key` set: in its place where it exists, else last, or right after `after`. */
export function withEntry(object: JsonObject, key: string, value: Json, after?: string): JsonObject {
  if (Object.hasOwn(object, key)) return mapEntries(object, (name, old) => [name, name === key ? value : old]);
  if (after === undefined || !Object.hasOwn(object, after))
    return Object.fromEntries([...Object.entries(object), [key, value]]);
  return Object.fromEntries(
    Object.entries(object).flatMap((entry): [string, Json][] => (entry[0] === after ? [entry, [key, value]] : [entry])),
  );
}

export function withoutEntry(object: JsonObject, key: string): JsonObject {
  return Object.hasOwn(object, key)
    ? Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))
    : object;
}

/** `object` with entries renamed or replaced in their places. */
export function mapEntries(object: JsonObject, change: (key: string, value: Json) => [string, Json]): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => change(key, value)));
}

// --- states, scopes, edges ---

export const statePointer = (scope: ScopePointer, name: string): StatePointer => `${scope}/States/${escapeToken(name)}`;

/** The state's own name. */
export function nameOf(pointer: StatePointer): string {
  return unescapeToken(pointer.slice(pointer.lastIndexOf("/") + 1));
}

/** The scope that a state stands in. */
export function scopeOf(pointer: StatePointer): ScopePointer {
  return pointer.slice(0, pointer.lastIndexOf("/States/"));
}

/** The Parallel or Map state that owns a scope; null for the whole definition. */
export function ownerOf(scope: ScopePointer): StatePointer | null {
  if (scope === "") return null;
  const tokens = tokensOf(scope);
  return pointerOf(tokens.slice(0, /^\d+$/.test(tokens.at(-1) ?? "") && tokens.at(-2) === "Branches" ? -2 : -1));
}

/** Whether `inner` is `outer` or lies within it. */
export const within = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`);

export const edgeId = (source: StatePointer | ScopePointer, port: Port): EdgeId => `${source}#${port}`;

export function edgeAddress(id: EdgeId): EdgeAddress {
  const cut = id.lastIndexOf("#");
  return { source: id.slice(0, cut), port: id.slice(cut + 1) as Port };
}

/**
 * A state's address as executions write it: names from the outside in, a branch's number between, as in
 * `Fulfil/0/Reserve Stock/Reserve Line`.
 */
export function statePath(pointer: StatePointer): string {
  const tokens = tokensOf(pointer);
  const parts: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as string;
    if (token === "States" || token === "Branches") parts.push(tokens[++at] ?? "");
  }
  return parts.join("/");
}
