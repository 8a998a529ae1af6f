/** A rule taken apart: every part with its value, and true or false where it decides something. */
import type { RuleNode } from "../../api/schema";
import { inLine } from "../../ui/json";
import { Verdict } from "./Verdict";

export function RuleTree({ node, label }: { node: RuleNode; label: string }) {
  return (
    <ul className="plain-list rt-tree" aria-label={label}>
      <Part node={node} />
    </ul>
  );
}

function Part({ node }: { node: RuleNode }) {
  const parts = node.children.filter((child) => child.kind !== "literal" || child.result !== null);
  return (
    <li className={node.reached ? undefined : "rt-unreached"}>
      <div className="rt-part flex wraps">
        {node.result !== null && <Verdict kind={node.result ? "yes" : "no"}>{String(node.result)}</Verdict>}
        <code className="rt-text may-narrow breaks">{node.text}</code>
        {node.result === null && node.error === null && <Value node={node} />}
        {node.error !== null && !node.children.some((child) => child.error !== null) && (
          <span className="bad breaks">
            <Verdict kind="error">error</Verdict> {node.error}
          </span>
        )}
        {!node.reached && <span className="size-12 dim">not reached</span>}
      </div>
      {parts.length > 0 && (
        <ul className="plain-list">
          {parts.map((child) => (
            <Part key={`${child.start}-${child.end}-${child.pointer}`} node={child} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** What a part came to; a whole value that is long is its tooltip. */
function Value({ node }: { node: RuleNode }) {
  if (node.kind === "assignment" || node.kind === "function") return null;
  if (node.type === "undefined") return <span className="rt-value soft breaks rt-nothing">is not there</span>;
  const text = inLine(node.value, 90);
  return (
    <span className="rt-value soft breaks" title={inLine(node.value, 2000)}>
      = <span className={`of-${node.type}`}>{text}</span>
    </span>
  );
}
