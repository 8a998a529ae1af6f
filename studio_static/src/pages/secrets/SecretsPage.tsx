/** The secrets by name: where each is kept, who uses it, when it was last changed. Never a value. */

import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { SecretList, SecretWithUse } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { ActButton } from "../../ui/ActButton";
import { Allowed } from "../../ui/Allowed";
import { EmptyState } from "../../ui/EmptyState";
import { SearchBar } from "../../ui/FilterFields";
import { type Columns, ListPage } from "../../ui/ListPage";
import { NavLink } from "../../ui/NavLink";
import { Problem } from "../../ui/Problem";
import { SecretMask } from "../../ui/SecretField";
import { holdsWords } from "../../ui/search";
import { Time } from "../../ui/Time";
import { CreateDialog, DeleteDialog, RotateDialog } from "./dialogs";
import { GrantsDialog } from "./GrantsDialog";
import { GrantedTo, UsedBy } from "./UsedBy";

type Doing = { what: "create" } | { what: "grants" | "rotate" | "delete"; secret: SecretWithUse } | null;

const FILTERS = { q: "" };

export default function SecretsPage() {
  usePage({ title: "Secrets", crumbs: [{ text: "Secrets" }], contentType: "table" });
  return (
    <Allowed right="edit" what="the secrets">
      <Secrets />
    </Allowed>
  );
}

function Secrets() {
  const list = useApi<SecretList>("/secrets");
  const [filters, setFilters] = useUrlState(FILTERS);
  const [doing, setDoing] = useState<Doing>(null);
  const isWide = useIsWide(1400);
  const isNarrow = !useIsWide(700);
  const all = list.data?.secrets ?? [];
  const shown = all.filter((each) => matches(each, filters.q));
  const close = () => setDoing(null);
  const done = () => {
    close();
    void list.reload();
  };
  if (list.data === null && list.error) {
    return <Problem error={list.error} what="the secrets" onRetry={() => void list.reload()} />;
  }
  return (
    <>
      <ListPage
        title="Secrets"
        counter={list.data ? `(${all.length})` : undefined}
        description="A workflow names a secret; only the call that needs it gets its value. Values never leave the server."
        onLookAgain={list.reload}
        actions={
          <ActButton right="secrets" variant="primary" onClick={() => setDoing({ what: "create" })}>
            Create secret
          </ActButton>
        }
        wrapLines
        items={shown}
        trackBy={(secret) => `${secret.backend}/${secret.key}`}
        ariaLabels={{ tableLabel: "Secrets" }}
        columns={columns(setDoing, isWide, isNarrow)}
        filter={
          <SearchBar
            label="Find secrets"
            value={filters.q}
            placeholder="Find by name or workflow"
            onChange={(q) => setFilters({ q })}
          />
        }
        what="the secrets"
        from={list}
        noMatch={all.length > 0 ? "No secret matches" : null}
        onShowAll={() => setFilters({ q: "" })}
      >
        <EmptyState
          title="No secrets yet"
          action={
            <ActButton right="secrets" onClick={() => setDoing({ what: "create" })}>
              Create secret
            </ActButton>
          }
        >
          A definition names one as <Box variant="code">{'{"$secret": "STRIPE_KEY"}'}</Box>.
        </EmptyState>
      </ListPage>
      {doing?.what === "create" && <CreateDialog taken={all.map(({ key }) => key)} onClose={close} onDone={done} />}
      {doing?.what === "grants" && (
        <GrantsDialog secret={doing.secret.key} name={doing.secret.key} onClose={close} onChanged={list.reload} />
      )}
      {doing?.what === "rotate" && <RotateDialog secret={doing.secret} onClose={close} onDone={done} />}
      {doing?.what === "delete" && <DeleteDialog secret={doing.secret} onClose={close} onDone={done} />}
    </>
  );
}

function matches(secret: SecretWithUse, text: string): boolean {
  return holdsWords([secret.key, secret.backend, ...secret.used_by.map(({ workflow }) => workflow)], text);
}

/** A connection's is changed with the connection; others where they are kept. */
function ChangedElsewhere({ secret: { key } }: { secret: SecretWithUse }) {
  if (!key.startsWith(CONNECTION)) return <span className="dim">Changed where it is kept</span>;
  const name = key.slice(CONNECTION.length);
  return (
    <NavLink to={`/connections/?q=${encodeURIComponent(name)}`} ariaLabel={`Change the connection ${name}`}>
      Change the connection
    </NavLink>
  );
}

const CONNECTION = "connection.";

const BACKENDS: Record<string, string> = {
  "local store": "This machine, encrypted",
  environment: "Environment variable",
};

function columns(onDo: (doing: Doing) => void, isWide: boolean, isNarrow: boolean): Columns<SecretWithUse> {
  return [
    {
      id: "key",
      header: "Name",
      isRowHeader: true,
      minWidth: isNarrow ? 150 : 200,
      cell: (secret) => (
        <div className="breaks">
          <span className="mono">{secret.key}</span>
          {isWide && (
            <div className="dim">
              <SecretMask />
            </div>
          )}
          {isNarrow && (secret.used_by.length > 0 || secret.setting !== null) && (
            <UsedBy uses={secret.used_by} setting={secret.setting} />
          )}
        </div>
      ),
    },
    !isNarrow && {
      id: "backend",
      header: "Kept in",
      width: isWide ? 160 : 120,
      cell: (secret) => (
        <div>
          {BACKENDS[secret.backend] ?? secret.backend}
          {secret.shadowed_by && <div className="dim">{`Not asked: the ${secret.shadowed_by} has it too`}</div>}
        </div>
      ),
    },
    !isNarrow && {
      id: "used",
      header: "Used by",
      minWidth: isWide ? 220 : 190,
      cell: (secret) => <UsedBy uses={secret.used_by} setting={secret.setting} />,
    },
    isWide && {
      id: "granted",
      header: "Granted to",
      minWidth: 200,
      cell: ({ grants }) => <GrantedTo grants={grants} />,
    },
    isWide && {
      id: "updated",
      header: "Last set",
      width: 140,
      minWidth: 120,
      cell: (secret) => (
        <div>
          <Time at={secret.updated_at} format="ago" />
          {secret.updated_by && <div className="dim">{`by ${secret.updated_by}`}</div>}
        </div>
      ),
    },
    {
      id: "act",
      header: <span className="visually-hidden">Actions</span>,
      width: isNarrow ? 110 : 250,
      minWidth: isNarrow ? 110 : 250,
      cell: (secret) =>
        secret.writable ? (
          <SpaceBetween direction={isNarrow ? "vertical" : "horizontal"} size={isNarrow ? "xs" : "s"}>
            <ActButton
              right="secrets"
              variant="inline-link"
              ariaLabel={`Grants ${secret.key}`}
              onClick={() => onDo({ what: "grants", secret })}
            >
              Grants
            </ActButton>
            <ActButton
              right="secrets"
              variant="inline-link"
              ariaLabel={`Rotate ${secret.key}`}
              onClick={() => onDo({ what: "rotate", secret })}
            >
              Rotate
            </ActButton>
            <ActButton
              right="secrets"
              variant="inline-link"
              ariaLabel={`Delete ${secret.key}`}
              onClick={() => onDo({ what: "delete", secret })}
            >
              Delete
            </ActButton>
          </SpaceBetween>
        ) : (
          <ChangedElsewhere secret={secret} />
        ),
    },
  ];
}
