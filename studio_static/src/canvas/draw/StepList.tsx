/** The flow as a list in reading order: what the drawing says, for those who do not see it. */
import { memo, useMemo } from "react";
import type { Graph } from "../../asl";
import { groupBy } from "../layout/group";
import type { Marks } from "../model";
import { fateOfState, type Overlay } from "../overlay";
import { spokenLine, spokenState } from "./words";

interface StepListProps {
  graph: Graph;
  overlay: Overlay | undefined;
  marks: Marks | undefined;
  label: string;
}

export const StepList = memo(function StepList({ graph, overlay, marks, label }: StepListProps) {
  const found = useMemo(
    () => ({
      nodes: new Map(graph.nodes.map((node) => [node.id, node])),
      lines: groupBy(graph.edges, (edge) => edge.source),
      orders: new Map(graph.scopes.map((scope) => [scope.pointer, scope.order])),
    }),
    [graph],
  );
  const nameOf = (id: string): string => found.nodes.get(id)?.name ?? "";
  const list = (scope: string, title?: string) => (
    <ol aria-label={title}>
      {(found.orders.get(scope) ?? []).map((id) => {
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
      })}
    </ol>
  );
  return list("", label);
});
