/** The flow as a list in reading order: what the drawing says, for those who do not see it. */
import { memo } from "react";
import type { Graph } from "../../asl";
import type { Marks } from "../model";
import type { Overlay } from "../overlay";
import { spokenLines, spokenState } from "./words";

interface StepListProps {
  graph: Graph;
  scope?: string;
  overlay: Overlay | undefined;
  marks: Marks | undefined;
  label?: string;
}

export const StepList = memo(function StepList({ graph, scope = "", overlay, marks, label }: StepListProps) {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const order = graph.scopes.find((candidate) => candidate.pointer === scope)?.order ?? [];
  return (
    <ol aria-label={label}>
      {order.map((id) => {
        const node = nodes.get(id);
        if (node === undefined) return null;
        const fate = overlay === undefined ? "none" : (overlay.states[id] ?? "skipped");
        return (
          <li key={id}>
            {spokenState(node, fate, marks?.[id] ?? null)} {spokenLines(graph, id).join("; ")}
            {node.reachable ? "" : " Nothing leads here."}
            {node.branches.map((branch) => (
              <div key={branch.scope}>
                {branch.title}:
                <StepList graph={graph} scope={branch.scope} overlay={overlay} marks={marks} />
              </div>
            ))}
          </li>
        );
      })}
    </ol>
  );
});
