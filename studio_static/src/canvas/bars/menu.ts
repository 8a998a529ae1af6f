/** What can be done with a state, for its menu. */
import { type EdgeId, type GraphNode, type StatePointer, typeCanFail } from "../../asl";
import type { CanvasCommand } from "../commands";
import type { MenuItem } from "./CardMenu";

export interface MenuTools {
  rename: (state: StatePointer) => void;
  copy: (state: StatePointer) => Promise<void>;
  choose: (edge: EdgeId) => void;
  catchErrors: (state: StatePointer) => void;
  toggle: (container: StatePointer) => void;
}

interface MenuOf extends MenuTools {
  command: (command: CanvasCommand) => void;
  /** The line of a step after it; null where there is none. */
  line: EdgeId | null;
  isFolded: boolean;
}

export function menuOf(node: GraphNode, tools: MenuOf, extra: readonly MenuItem[]): (readonly MenuItem[])[] {
  const { id } = node;
  const { command, line } = tools;
  const canFail = typeCanFail(node.type);
  const wrap = (inside: "parallel" | "map") => () => command({ kind: "wrap", states: [id], in: inside });
  return [
    [
      { label: "Edit", hint: "Enter", run: () => command({ kind: "open", state: id }) },
      { label: "Rename", hint: "F2", run: () => tools.rename(id) },
      ...(line === null ? [] : [{ label: "Insert a step after", hint: "+", run: () => tools.choose(line) }]),
      ...(node.branches.length === 0
        ? []
        : [{ label: tools.isFolded ? "Unfold" : "Fold", hint: ".", run: () => tools.toggle(id) }]),
    ],
    extra,
    [
      { label: "Copy as ASL", hint: "Ctrl C", run: () => void tools.copy(id) },
      { label: "Duplicate", hint: "Ctrl D", run: () => command({ kind: "duplicate", states: [id] }) },
    ],
    [
      { label: "Wrap in a Parallel", run: wrap("parallel") },
      { label: "Wrap in a Map", run: wrap("map") },
      ...(canFail
        ? [
            { label: "Add a retry", hint: "R", run: () => command({ kind: "wrap", states: [id], in: "retry" }) },
            { label: "Catch its errors…", hint: "C", run: () => tools.catchErrors(id) },
          ]
        : []),
    ],
    [{ label: "Remove", hint: "Del", danger: true, run: () => command({ kind: "remove", states: [id] }) }],
  ];
}
