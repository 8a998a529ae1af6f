/** Where two JSON values differ, place by place. Pure. */
import type { JsonPath } from "../../../ui/json";

/** A place at which two values differ; `here` or `there` is absent where the value has no such place. */
export interface Difference {
  readonly path: JsonPath;
  readonly here?: unknown;
  readonly there?: unknown;
}

export interface Differences {
  /** In the order of `here`, then what only `there` has; the first `most` of them. */
  readonly found: readonly Difference[];
  readonly count: number;
}

interface Pair extends Difference {
  readonly inHere: boolean;
  readonly inThere: boolean;
}

/**
 * The innermost places at which `here` and `there` differ. Arrays are compared item by item in their order, objects by
 * their fields. All are counted, `most` are kept.
 */
export function differencesOf(here: unknown, there: unknown, most = 50): Differences {
  const found: Difference[] = [];
  let count = 0;
  const left: Pair[] = [{ path: [], here, there, inHere: true, inThere: true }];
  for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
    const inner = pair.inHere && pair.inThere ? partsOf(pair) : null;
    if (inner !== null) {
      left.push(...inner.reverse());
    } else if (!pair.inHere || !pair.inThere || pair.here !== pair.there) {
      count += 1;
      if (found.length < most) found.push(differenceOf(pair));
    }
  }
  return { found, count };
}

/** What is inside of two values of one shape; null where one of them has nothing inside, or their shapes differ. */
function partsOf({ path, here, there }: Pair): Pair[] | null {
  const [own, other] = [fieldsOf(here), fieldsOf(there)];
  if (own === null || other === null || Array.isArray(here) !== Array.isArray(there)) return null;
  const keys = new Set([...own.keys(), ...other.keys()]);
  return [...keys].map((key) => ({
    path: [...path, key],
    here: own.get(key),
    there: other.get(key),
    inHere: own.has(key),
    inThere: other.has(key),
  }));
}

function fieldsOf(value: unknown): Map<string | number, unknown> | null {
  if (Array.isArray(value)) return new Map(value.entries());
  if (typeof value === "object" && value !== null) return new Map(Object.entries(value));
  return null;
}

function differenceOf({ path, here, there, inHere, inThere }: Pair): Difference {
  return { path, ...(inHere ? { here } : {}), ...(inThere ? { there } : {}) };
}
