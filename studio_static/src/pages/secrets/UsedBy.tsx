/** Which workflows name a secret, in which states, and for which of their webhooks. */
import type { SecretUse } from "../../api/schema";
import { workflowHref } from "../../app/links";
import { NavLink } from "../../ui/NavLink";

export function UsedBy({ uses }: { uses: readonly SecretUse[] }) {
  if (uses.length === 0) return <span className="dim">Nothing</span>;
  return (
    <ul className="plain-list">
      {uses.map((use) => (
        <li key={`${use.workflow} ${use.version}`}>
          <NavLink to={workflowHref(use.workflow)}>{use.workflow}</NavLink>{" "}
          <span className="dim">
            {use.version === "draft" ? "draft" : `v${use.version}`}
            {[...use.states, ...use.webhooks.map((path) => `webhook ${path}`)].map((place) => ` · ${place}`).join("")}
          </span>
        </li>
      ))}
    </ul>
  );
}
