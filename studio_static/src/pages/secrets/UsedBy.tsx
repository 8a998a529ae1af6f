/** Which workflows name a secret, where, and who may use it. */
import type { SecretGrant, SecretUse } from "../../api/schema";
import { workflowHref } from "../../app/links";
import { NavLink } from "../../ui/NavLink";
import { partsOf } from "./grants";

export function UsedBy({ uses, setting = null }: { uses: readonly SecretUse[]; setting?: string | null }) {
  if (uses.length === 0 && setting === null) return <span className="dim">Nothing</span>;
  return (
    <ul className="plain-list">
      {uses.map((use) => (
        <li key={`${use.workflow} ${use.version}`}>
          <NavLink to={workflowHref(use.workflow)}>{use.workflow}</NavLink>{" "}
          <span className="dim">
            {use.version === "draft" ? "draft" : `v${use.version}`}
            {[
              ...use.states,
              ...use.webhooks.map((path) => `webhook ${path}`),
              ...use.alerts.map((name) => `alert ${name}`),
            ]
              .map((place) => ` · ${place}`)
              .join("")}
          </span>
        </li>
      ))}
      {setting !== null && (
        <li className="breaks">
          <span className="dim">the setting</span> {setting}
        </li>
      )}
    </ul>
  );
}

/** Who may use a secret; null: everybody, as before grants were kept. */
export function GrantedTo({ grants }: { grants: readonly SecretGrant[] | null }) {
  if (grants === null) return <span>Everybody</span>;
  if (grants.length === 0) return <span className="dim">Nobody</span>;
  return (
    <ul className="plain-list">
      {grants.map(partsOf).map(([workflow, connector, host]) => (
        <li key={`${workflow} ${connector} ${host}`}>
          {workflow} <span className="dim">{`· ${connector} · ${host}`}</span>
        </li>
      ))}
    </ul>
  );
}
