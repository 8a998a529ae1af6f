/** What can be done with a state, for its menu. */
import { type GraphNode, typeCanFail } from "../../asl";
import type { CanvasCommand } from "../commands";
import type { MenuItem } from "./CardMenu";

interface MenuTools {
  readonly command: (command: CanvasCommand) => void;
  readonly rename: () => void;
  readonly copy: () => void;
  readonly insertAfter: (() => void) | null;
  readonly fold: (() => void) | null;
  readonly folded: boolean;
}

export function menuOf(node: GraphNode, tools: MenuTools, extra: readonly MenuItem[]): (readonly MenuItem[])[] {
  const { id } = node;
  const { command } = tools;
  const canFail = typeCanFail(node.type);
  const wrap = (inside: "parallel" | "map") => () => command({ kind: "wrap", states: [id], in: inside });
  return [
    [
      { label: "Edit", hint: "Enter", run: () => command({ kind: "open", state: id }) },
      { label: "Rename", hint: "F2", run: tools.rename },
      ...(tools.insertAfter === null ? [] : [{ label: "Insert a step after", hint: "+", run: tools.insertAfter }]),
      ...(tools.fold === null ? [] : [{ label: tools.folded ? "Unfold" : "Fold", hint: ".", run: tools.fold }]),
    ],
    extra,
    [
      { label: "Copy as ASL", hint: "Ctrl C", run: tools.copy },
      { label: "Duplicate", hint: "Ctrl D", run: () => command({ kind: "duplicate", states: [id] }) },
    ],
    [
      { label: "Wrap in a Parallel", run: wrap("parallel") },
      { label: "Wrap in a Map", run: wrap("map") },
      ...(canFail
        ? [{ label: "Add a retry", run: () => command({ kind: "wrap", states: [id], in: "retry" }) } as const]
        : []),
    ],
    [{ label: "Remove", hint: "Del", danger: true, run: () => command({ kind: "remove", states: [id] }) }],
  ];
}
