/** The connections: how services know us, by name. Each can be connected, tested, changed and removed. */
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { Connection, ConnectionList, ConnectPage, TestedConnection } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { notifyError, tell } from "../../app/flash";
import { href } from "../../app/links";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { ActButton } from "../../ui/ActButton";
import { Allowed } from "../../ui/Allowed";
import { EmptyState } from "../../ui/EmptyState";
import { SearchBar } from "../../ui/FilterFields";
import { type Columns, ListPage } from "../../ui/ListPage";
import { holdsWords } from "../../ui/search";
import { Time } from "../../ui/Time";
import { GrantsDialog } from "../secrets/GrantsDialog";
import { GrantedTo, UsedBy } from "../secrets/UsedBy";
import { AddDialog, RemoveDialog } from "./dialogs";
import { KINDS, type Kind } from "./kinds";

type Doing =
  | { what: "add"; connection: Connection | null }
  | { what: "grants" | "remove"; connection: Connection }
  | null;

const FILTERS = { q: "" };

export default function ConnectionsPage() {
  usePage({ title: "Connections", crumbs: [{ text: "Connections" }], contentType: "table" });
  return (
    <Allowed right="edit" what="the connections">
      <Connections />
    </Allowed>
  );
}

function Connections() {
  const list = useApi<ConnectionList>("/connections");
  const [filters, setFilters] = useUrlState(FILTERS);
  const [doing, setDoing] = useState<Doing>(null);
  const isWide = useIsWide(1200);
  const isNarrow = !useIsWide(700);
  const all = list.data?.connections ?? [];
  const shown = all.filter((each) => matches(each, filters.q));
  const close = () => setDoing(null);
  const done = () => {
    close();
    void list.reload();
  };
  const add = (
    <ActButton right="secrets" variant="primary" onClick={() => setDoing({ what: "add", connection: null })}>
      Add connection
    </ActButton>
  );
  return (
    <>
      <ListPage
        title="Connections"
        counter={list.data ? `(${all.length})` : undefined}
        description="What services know you by. A step names a connection; what is secret in it never leaves the server."
        onLookAgain={list.reload}
        actions={add}
        wrapLines
        items={shown}
        trackBy={({ name }) => name}
        ariaLabels={{ tableLabel: "Connections" }}
        columns={columns(setDoing, isWide, isNarrow)}
        filter={
          <SearchBar
            label="Find connections"
            value={filters.q}
            placeholder="Find by name or workflow"
            onChange={(q) => setFilters({ q })}
          />
        }
        what="the connections"
        from={list}
        noMatch={all.length > 0 ? "No connection matches" : null}
        onShowAll={() => setFilters({ q: "" })}
      >
        <EmptyState title="No connections yet" action={add}>
          A connection keeps a key, a password or a sign-in under a name. A step's form offers it; in a definition it is{" "}
          <Box variant="code">{'"connection": {"$secret": "connection.NAME"}'}</Box>.
        </EmptyState>
      </ListPage>
      {doing?.what === "add" && (
        <AddDialog connection={doing.connection} taken={all.map(({ name }) => name)} onClose={close} onDone={done} />
      )}
      {doing?.what === "grants" && (
        <GrantsDialog
          secret={doing.connection.key}
          name={doing.connection.name}
          onClose={close}
          onChanged={list.reload}
        />
      )}
      {doing?.what === "remove" && <RemoveDialog connection={doing.connection} onClose={close} onDone={done} />}
    </>
  );
}

function matches({ name, kind, used_by }: Connection, text: string): boolean {
  return holdsWords([name, kind, ...used_by.map(({ workflow }) => workflow)], text);
}

/** To the service's own page, which leads back to ConnectedPage. */
async function connect({ name }: Connection): Promise<void> {
  try {
    const redirect_uri = window.location.origin + href("/connections/connected");
    const { url } = await post<ConnectPage>(path("/connections/{}/connect", name), { redirect_uri });
    window.location.assign(url);
  } catch (thrown) {
    notifyError(thrown, `${name} cannot be connected`);
  }
}

function test({ name }: Connection): Promise<void> {
  return tell(async () => {
    const { asked } = await post<TestedConnection>(path("/connections/{}/test", name));
    return asked.length > 0
      ? `${name} works: ${asked.join(" and ")} accepted it.`
      : `Nothing says how ${name} could be tested: it has no test address.`;
  }, `${name} does not work`);
}

function columns(onDo: (doing: Doing) => void, isWide: boolean, isNarrow: boolean): Columns<Connection> {
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      minWidth: 150,
      cell: (connection) => (
        <div className="breaks">
          <span className="mono">{connection.name}</span>
          <div className="dim">{KINDS[connection.kind as Kind]?.label ?? connection.kind}</div>
          {isNarrow && <State of={connection} />}
        </div>
      ),
    },
    !isNarrow && {
      id: "state",
      header: "State",
      width: 180,
      cell: (connection) => <State of={connection} />,
    },
    !isNarrow && { id: "used", header: "Used by", minWidth: 200, cell: ({ used_by }) => <UsedBy uses={used_by} /> },
    isWide && {
      id: "granted",
      header: "Granted to",
      minWidth: 180,
      cell: ({ grants }) => <GrantedTo grants={grants} />,
    },
    {
      id: "act",
      header: <span className="visually-hidden">Actions</span>,
      width: isNarrow ? 110 : isWide ? 340 : 310,
      minWidth: isNarrow ? 110 : isWide ? 340 : 310,
      cell: (connection) => (
        <SpaceBetween direction={isNarrow ? "vertical" : "horizontal"} size={isNarrow ? "xs" : "s"}>
          {connection.kind === "oauth2_authorization_code" && (
            <Act of={connection} word="Connect" onAct={() => void connect(connection)} />
          )}
          {connection.connected && <Act of={connection} word="Test" onAct={() => void test(connection)} />}
          <Act of={connection} word="Grants" onAct={() => onDo({ what: "grants", connection })} />
          <Act of={connection} word="Change" onAct={() => onDo({ what: "add", connection })} />
          <Act of={connection} word="Remove" onAct={() => onDo({ what: "remove", connection })} />
        </SpaceBetween>
      ),
    },
  ];
}

function State({ of: { connected, tested_at } }: { of: Connection }) {
  if (!connected) return <span>Not connected yet</span>;
  if (!tested_at) return <span className="dim">Not tested</span>;
  return (
    <span>
      Tested <Time at={tested_at} format="ago" />
    </span>
  );
}

function Act({ of, word, onAct }: { of: Connection; word: string; onAct: () => void }) {
  return (
    <ActButton right="secrets" variant="inline-link" ariaLabel={`${word} ${of.name}`} onClick={onAct}>
      {word}
    </ActButton>
  );
}
