/** The flow as a list in reading order: what the drawing says, for those who do not see it. */
import { memo, useMemo } from "react";
import { type Graph, ownersOf, type StatePointer, scopeOf } from "../../asl";
import { groupBy } from "../layout/group";
import type { Marks } from "../model";
import { fateOfState, type Overlay } from "../overlay";
import { spokenLine, spokenState } from "./words";

interface StepListProps {
  graph: Graph;
  overlay: Overlay | undefined;
  marks: Marks | undefined;
  label: string;
  /** Of a long flow the steps around this one are listed, else its first. */
  around: StatePointer | null;
}

/** Of a flow with more steps so many are listed: an element for each of thousands makes every edit slow. */
export const MOST_LISTED = 120;

export const StepList = memo(function StepList({ graph, overlay, marks, label, around }: StepListProps) {
  const found = useMemo(
    () => ({
      nodes: new Map(graph.nodes.map((node) => [node.id, node])),
      lines: groupBy(graph.edges, (edge) => edge.source),
      orders: new Map(graph.scopes.map((scope) => [scope.pointer, scope.order])),
    }),
    [graph],
  );
  const nameOf = (id: string): string => found.nodes.get(id)?.name ?? "";
  const path = new Set(around === null ? [] : [around, ...ownersOf(scopeOf(around))]);
  const list = (scope: string, title?: string) => {
    const order = found.orders.get(scope) ?? [];
    const from = firstListed(order, path);
    const listed = order.slice(from, from + MOST_LISTED);
    const isPart = listed.length < order.length;
    return (
      <>
        {isPart && (
          <p>
            Steps {from + 1} to {from + listed.length} of {order.length}: those around the selected one.
          </p>
        )}
        <ol aria-label={title} start={from + 1}>
          {listed.map(item)}
        </ol>
      </>
    );
  };
  const item = (id: string) => {
    const node = found.nodes.get(id);
    if (node === undefined) return null;
    const fate = fateOfState(overlay, id);
    const lines = found.lines.get(id) ?? [];
    return (
      <li key={id}>
        {spokenState(node, fate, marks?.[id] ?? null)}{" "}
        {lines.map((line) => spokenLine(line, nameOf(line.target))).join("; ")}
        {node.reachable ? "" : " Nothing leads here."}
        {node.branches.map((branch) => (
          <div key={branch.scope}>
            {branch.title}:{list(branch.scope)}
          </div>
        ))}
      </li>
    );
  };
  return list("", label);
});

/** Where the part that is listed begins: what is on the way to the selected step stands in its middle. */
function firstListed(order: readonly string[], path: ReadonlySet<string>): number {
  if (order.length <= MOST_LISTED || path.size === 0) return 0;
  const at = order.findIndex((id) => path.has(id));
  return Math.max(0, Math.min(at - MOST_LISTED / 2, order.length - MOST_LISTED));
}
