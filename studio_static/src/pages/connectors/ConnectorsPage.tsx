/** What a step can call: every connector, its actions, what each takes and gives. */
import "./connectors.css";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect } from "react";
import type { ConnectorList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { followClick, href } from "../../app/links";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { EmptyState } from "../../ui/EmptyState";
import { Search } from "../../ui/FilterFields";
import { Loaded } from "../../ui/Loaded";
import { AddConnector } from "./AddConnector";
import { ConnectorDetail } from "./ConnectorDetail";
import { ConnectorIcon } from "./ConnectorIcon";
import { matches, type Shown, shownOf } from "./shown";

/** `add` is "yes" where the ways to add one are shown. */
const FILTERS = { q: "", connector: "", add: "" };

export default function ConnectorsPage() {
  usePage({ title: "Connectors", crumbs: [{ text: "Connectors" }] });
  const list = useApi<ConnectorList>("/connectors");
  const [filters, setFilters] = useUrlState(FILTERS);
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={<Button onClick={() => setFilters({ add: "yes", connector: "" })}>Add a connector</Button>}
        description="What a step can call, and what each action takes and gives. AWS's services are no connectors: the designer's palette has them."
      >
        Connectors
      </Header>
      <Loaded from={list} what="the connectors">
        {(data) => {
          const all = shownOf(data);
          const found = all.filter((each) => matches(each, filters.q));
          const chosen = found.find(({ code }) => code === filters.connector) ?? found[0];
          return (
            <div className={filters.add ? "connectors is-adding" : "connectors"}>
              <div className="connectors-side stack gap-16">
                <Search
                  label="Find a connector or an action"
                  value={filters.q}
                  placeholder="Find a connector or an action"
                  onChange={(q) => setFilters({ q, add: "" })}
                />
                <Links of={found} chosen={filters.add ? undefined : chosen?.code} query={filters.q} />
              </div>
              {filters.add ? (
                <AddConnector />
              ) : chosen ? (
                <Chosen connector={chosen} />
              ) : (
                <SpaceBetween size="l">
                  <EmptyState
                    title="Nothing matches"
                    action={<Button onClick={() => setFilters({ q: "" })}>Show all</Button>}
                  />
                  <AddConnector />
                </SpaceBetween>
              )}
            </div>
          );
        }}
      </Loaded>
    </SpaceBetween>
  );
}

interface LinksProps {
  of: readonly Shown[];
  chosen: string | undefined;
  query: string;
}

function Links({ of, chosen, query }: LinksProps) {
  if (of.length === 0) return null;
  return (
    <nav aria-label="Connectors">
      <ul className="plain-list">
        {of.map((each) => (
          <li key={each.code}>
            <a
              className="connector-link row gap-12"
              href={href(
                `/connectors/?${new URLSearchParams({ connector: each.code, ...(query ? { q: query } : {}) })}`,
              )}
              onClick={followClick}
              aria-current={each.code === chosen ? "page" : undefined}
            >
              <ConnectorIcon code={each.code} icon={each.icon} />
              <span className="connector-words stack may-narrow">
                <span className="strong">{each.name}</span>
                <span className="size-12 soft">
                  {each.problem ? "not ready" : `${each.actions.length} action${each.actions.length === 1 ? "" : "s"}`}
                </span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The chosen one, opened at the action that the address names. */
function Chosen({ connector }: { connector: Shown }) {
  const { code } = connector;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another connector is another place to scroll to
  useEffect(() => {
    const name = decodeURIComponent(window.location.hash.slice(1));
    if (name) document.getElementById(`action-${name}`)?.scrollIntoView({ block: "start" });
  }, [code]);
  return <ConnectorDetail key={code} connector={connector} />;
}
