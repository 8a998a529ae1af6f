/** Two definitions as one graph: what is new, what is gone, what says something else. */
import {
  buildGraph,
  type Definition,
  type EdgeId,
  type Graph,
  type GraphEdge,
  isObject,
  own,
  type ResourceNames,
  type StateObject,
  type StatePointer,
  walk,
} from "../asl";

export type Change = "added" | "changed" | "removed";

export interface GraphDiff {
  /** Every state and line of either; what is gone stands where it stood. */
  readonly graph: Graph;
  readonly states: Readonly<Record<StatePointer, Change>>;
  readonly edges: Readonly<Record<EdgeId, Change>>;
}

/** What a state says itself: not where it leads (lines show that), not the states inside it (they speak for themselves). */
function ownWords(state: StateObject): string {
  const plain = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => plain(item, [...path, String(index)]));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !(key === "Branches" || key === "States" || key === "StartAt"))
        .filter(([key]) => !(path.length === 0 && ["Next", "End", "Default"].includes(key)))
        .filter(([key]) => !(key === "Next" && (path[0] === "Choices" || path[0] === "Catch") && path.length === 2))
        .sort(([one], [two]) => (one < two ? -1 : 1))
        .map(([key, item]) => [key, plain(item, [...path, key])]),
    );
  };
  return JSON.stringify(plain(state, []));
}

/** The union of both graphs with the changes from `before` to `after`. */
export function diffGraph(before: Definition, after: Definition, names?: ResourceNames): GraphDiff {
  const old = new Map(walk(before).map((found) => [found.pointer, found.state]));
  const now = new Map(walk(after).map((found) => [found.pointer, found.state]));
  const states: Record<StatePointer, Change> = {};
  for (const [pointer, state] of now) {
    const was = old.get(pointer);
    if (was === undefined) states[pointer] = "added";
    else if (ownWords(was) !== ownWords(state)) states[pointer] = "changed";
    else if (own(was, "Type") !== own(state, "Type")) states[pointer] = "changed";
  }
  for (const pointer of old.keys()) if (!now.has(pointer)) states[pointer] = "removed";
  const was = buildGraph(before, names);
  // Without states there was nothing to lead anywhere: the first version takes no line away.
  const { graph, edges } = union(old.size === 0 ? { ...was, edges: [] } : was, buildGraph(after, names));
  return { graph, states, edges };
}

function union(old: Graph, now: Graph): { graph: Graph; edges: Record<EdgeId, Change> } {
  const edges: Record<EdgeId, Change> = {};
  const same = (one: GraphEdge, two: GraphEdge): boolean => one.source === two.source && one.target === two.target;
  const oldById = new Map(old.edges.map((edge) => [edge.id, edge]));
  const nowById = new Map(now.edges.map((edge) => [edge.id, edge]));
  for (const edge of now.edges) {
    const was = oldById.get(edge.id);
    if (was === undefined || !same(was, edge)) edges[edge.id] = "added";
    else if (was.label !== edge.label) edges[edge.id] = "changed";
  }
  const gone = old.edges
    .filter((edge) => {
      const is = nowById.get(edge.id);
      return is === undefined || !same(is, edge);
    })
    .map((edge) => ({ ...edge, id: `${edge.id}~before`, happy: false }));
  for (const edge of gone) edges[edge.id] = "removed";
  const known = new Set(now.nodes.map((node) => node.id));
  const oldNodes = old.nodes.filter((node) => !known.has(node.id));
  const scopes = [
    ...now.scopes,
    ...old.scopes.filter((scope) => !now.scopes.some((other) => other.pointer === scope.pointer)),
  ];
  const nodes = [...now.nodes, ...oldNodes].map((node) => ({
    ...node,
    reachable: true,
    branches: branchesOf(node.id, old, now),
  }));
  return { graph: { nodes, edges: [...now.edges, ...gone], scopes }, edges };
}

/** The branches of a container that either has, in the order of the longer list. */
function branchesOf(id: string, old: Graph, now: Graph) {
  const [before, after] = [old, now].map((graph) => graph.nodes.find((node) => node.id === id)?.branches ?? []);
  return (after?.length ?? 0) >= (before?.length ?? 0) ? (after ?? []) : (before ?? []);
}

/** States by change, and lines between states that stay which lead elsewhere or say something else. */
export function changeCounts({ graph, states, edges }: GraphDiff): Record<Change | "lines", number> {
  const counts = { added: 0, changed: 0, removed: 0, lines: 0 };
  for (const change of Object.values(states)) counts[change] += 1;
  const moved = new Set<string>();
  for (const edge of graph.edges) {
    const whole = [edge.source, edge.target].every((id) => states[id] !== "added" && states[id] !== "removed");
    if (edges[edge.id] !== undefined && whole) moved.add(edge.id.replace(/~before$/, ""));
  }
  counts.lines = moved.size;
  return counts;
}
