/** States that nothing leads to: kept in sight beside the flow, each with a way to connect it. */
import { type Definition, type GraphNode, lineAtEnd, nameOf, type StatePointer } from "../../asl";
import { putDragged } from "../act/dragging";
import type { CanvasCommand } from "../commands";
import { StateIcon } from "../draw/icons";

interface TrayProps {
  definition: Definition;
  nodes: readonly GraphNode[];
  selected: ReadonlySet<StatePointer>;
  onSelect: (state: StatePointer) => void;
  onCommand: ((command: CanvasCommand) => void) | undefined;
}

export function Tray({ definition, nodes, selected, onSelect, onCommand }: TrayProps) {
  const word = nodes.length === 1 ? "Nothing leads to this state" : `Nothing leads to these ${nodes.length} states`;
  return (
    <section className="tray" aria-label={word}>
      <span className="size-12 medium warn">{word}</span>
      <ul>
        {nodes.map((node) => (
          <li
            key={node.id}
            className="tray-card row framed"
            data-selected={selected.has(node.id)}
            draggable={onCommand !== undefined}
            onDragStart={(event) => putDragged(event.dataTransfer, { state: node.id })}
          >
            <button type="button" className="tray-name" title={placeWords(node)} onClick={() => onSelect(node.id)}>
              <StateIcon icon={node.icon} tone={node.tone} size={24} />
              {node.name}
            </button>
            {onCommand !== undefined && (
              <>
                <button
                  type="button"
                  className="tray-do"
                  title="At the end of its flow; or drag it onto a line"
                  aria-label={`Connect ${node.name}`}
                  onClick={() => onCommand({ kind: "attach", state: node.id, edge: lineAtEnd(definition, node.scope) })}
                >
                  Connect
                </button>
                <button
                  type="button"
                  className="tray-do"
                  aria-label={`Remove ${node.name}`}
                  title="Remove"
                  onClick={() => onCommand({ kind: "remove", states: [node.id] })}
                >
                  ×
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const placeWords = (node: GraphNode): string =>
  node.scope === ""
    ? node.subtitle
    : `${node.subtitle} · in ${nameOf(node.scope.replace(/\/(Branches\/\d+|ItemProcessor|Iterator)$/, ""))}`;
