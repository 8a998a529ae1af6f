/** The graph of a definition, with the objects of the last one wherever they say the same: cards that did not change stay. */

import { useEffect, useMemo, useRef } from "react";
import { buildGraph, type Definition, type Graph, type ResourceNames } from "../asl";
import { reused } from "./model";

/** `fresh` with the nodes and lines of `last` wherever they are equal; `last` itself where all are. */
export function reuseGraph(last: Graph | null, fresh: Graph): Graph {
  if (last === null) return fresh;
  const nodes = kept(last.nodes, fresh.nodes);
  const edges = kept(last.edges, fresh.edges);
  const same = nodes === last.nodes && edges === last.edges && sameJson(last.scopes, fresh.scopes);
  return same ? last : { nodes, edges, scopes: fresh.scopes };
}

/** `last` itself where all are equal. */
function kept<T extends { readonly id: string }>(last: readonly T[], fresh: readonly T[]): readonly T[] {
  const items = reused(last, fresh, sameItem);
  return items.length === last.length && items.every((item, index) => item === last[index]) ? last : items;
}

/** Equal, field by field; lists and objects by what they say. */
function sameItem<T extends object>(one: T, two: T): boolean {
  if (one === two) return true;
  return (Object.keys(two) as (keyof T)[]).every((key) => {
    const [old, now] = [one[key], two[key]];
    return old === now || (typeof now === "object" && now !== null && sameJson(old, now));
  });
}

const sameJson = (one: unknown, two: unknown): boolean => JSON.stringify(one) === JSON.stringify(two);

export function useGraph(definition: Definition, names?: ResourceNames): Graph {
  const last = useRef<Graph | null>(null);
  const graph = useMemo(() => reuseGraph(last.current, buildGraph(definition, names)), [definition, names]);
  useEffect(() => {
    last.current = graph;
  }, [graph]);
  return graph;
}
