/** Named tokens: other people and programs, and what each of them may do. A stage also has its user pool's people. */

import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { AccessToken, AccessTokenList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { useMe } from "../../app/me";
import { usePage } from "../../app/page";
import { useIsWide } from "../../app/useWidth";
import { ActButton } from "../../ui/ActButton";
import { Allowed } from "../../ui/Allowed";
import { EmptyState } from "../../ui/EmptyState";
import { type Columns, ListPage } from "../../ui/ListPage";
import { NavLink } from "../../ui/NavLink";
import { Time } from "../../ui/Time";
import { AddDialog, RetireDialog, RevokeDialog, RotateDialog } from "./dialogs";
import { Made } from "./Made";
import { People } from "./People";
import { RoleGrants } from "./RoleGrants";
import { Roles } from "./Roles";

type Doing = { what: "add" } | { what: "rotate" | "retire" | "revoke"; token: AccessToken } | null;

export default function AccessPage() {
  usePage({ title: "Users and keys", crumbs: [{ text: "Users and keys" }], contentType: "table" });
  const me = useMe();
  return (
    <Allowed right="access" what="who has access">
      {me === null || me.stage === "local" ? (
        <SpaceBetween size="l">
          <Tokens isStage={false} />
          <Roles />
        </SpaceBetween>
      ) : (
        <SpaceBetween size="l">
          <Tokens isStage />
          <RoleGrants />
          <People stage={me.stage} />
          <Roles />
        </SpaceBetween>
      )}
    </Allowed>
  );
}

function Tokens({ isStage }: { isStage: boolean }) {
  const list = useApi<AccessTokenList>("/tokens");
  const [doing, setDoing] = useState<Doing>(null);
  const [made, setMade] = useState<{ name: string; token: string } | null>(null);
  const isWide = useIsWide(1200);
  const isNarrow = !useIsWide(700);
  const all = list.data?.tokens ?? [];
  const close = () => setDoing(null);
  const done = (now: { name: string; token: string } | null) => {
    close();
    setMade(now);
    void list.reload();
  };
  const add = (
    <ActButton right="access" variant="primary" onClick={() => setDoing({ what: "add" })}>
      Add token
    </ActButton>
  );
  return (
    <>
      <ListPage
        title="Users and keys"
        counter={list.data ? `(${all.length})` : undefined}
        description={
          isStage
            ? "Keys with a role, for programs. People sign in, and have theirs below."
            : "Keys with a role, for other people and programs. Whoever owns the data folder needs none."
        }
        onLookAgain={list.reload}
        actions={add}
        wrapLines
        items={all}
        trackBy="name"
        ariaLabels={{ tableLabel: "Tokens" }}
        columns={columns(setDoing, isWide, isNarrow)}
        what="the tokens"
        from={list}
        noMatch={null}
        onShowAll={() => {}}
      >
        <EmptyState title={isStage ? "No program has a token" : "Nobody else has access"} action={add}>
          {isStage
            ? "A token lets a program ask the API, at the address /token."
            : "A token lets a program ask the API, and a person sign in on the page that a signed-out browser shows."}
        </EmptyState>
      </ListPage>
      {doing?.what === "add" && <AddDialog taken={all.map(({ name }) => name)} onClose={close} onDone={done} />}
      {doing?.what === "rotate" && <RotateDialog token={doing.token} onClose={close} onDone={done} />}
      {doing?.what === "retire" && <RetireDialog token={doing.token} onClose={close} onDone={() => done(null)} />}
      {doing?.what === "revoke" && <RevokeDialog token={doing.token} onClose={close} onDone={() => done(null)} />}
      {made !== null && <Made {...made} isStage={isStage} onClose={() => setMade(null)} />}
    </>
  );
}

function columns(onDo: (doing: Doing) => void, isWide: boolean, isNarrow: boolean): Columns<AccessToken> {
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      minWidth: isNarrow ? 100 : 160,
      cell: (token) => (
        <div className="breaks">
          {token.name}
          {token.has_older && <div className="dim">two secrets are good</div>}
          {isNarrow && (
            <div className="dim">
              {token.role}
              {token.expired && <span className="bad">, expired</span>}
            </div>
          )}
        </div>
      ),
    },
    !isNarrow && { id: "role", header: "Role", width: 120, cell: (token) => token.role },
    !isNarrow && {
      id: "ends",
      header: "Ends",
      width: 190,
      minWidth: 120,
      cell: (token) => {
        if (token.expired) return <span className="bad">Expired</span>;
        return token.expires_at === null ? "When it is revoked" : <Time at={token.expires_at} format="table" />;
      },
    },
    {
      id: "used",
      header: "Used last",
      width: 140,
      minWidth: 90,
      cell: (token) => (
        <div>
          {token.last_used_at === null ? "Never" : <Time at={token.last_used_at} format="ago" />}
          <div>
            <NavLink
              to={`/audit/?actor=${encodeURIComponent(token.name)}`}
              ariaLabel={`What it did: ${token.name}`}
              fontSize="body-s"
            >
              What it did
            </NavLink>
          </div>
        </div>
      ),
    },
    isWide && {
      id: "made",
      header: "Made",
      width: 160,
      cell: (token) => (
        <div>
          <Time at={token.created_at} format="ago" />
          <div className="dim">{`by ${token.created_by}`}</div>
        </div>
      ),
    },
    {
      id: "act",
      header: <span className="visually-hidden">Actions</span>,
      width: isNarrow ? 100 : 190,
      minWidth: isNarrow ? 100 : 190,
      cell: (token) => (
        <SpaceBetween direction={isNarrow ? "vertical" : "horizontal"} size={isNarrow ? "xs" : "s"}>
          {token.has_older ? (
            <ActButton
              right="access"
              variant="inline-link"
              ariaLabel={`Retire old secret of ${token.name}`}
              onClick={() => onDo({ what: "retire", token })}
            >
              Retire old
            </ActButton>
          ) : (
            <ActButton
              right="access"
              variant="inline-link"
              ariaLabel={`Rotate ${token.name}`}
              onClick={() => onDo({ what: "rotate", token })}
            >
              Rotate
            </ActButton>
          )}
          <ActButton
            right="access"
            variant="inline-link"
            ariaLabel={`Revoke ${token.name}`}
            onClick={() => onDo({ what: "revoke", token })}
          >
            Revoke
          </ActButton>
        </SpaceBetween>
      ),
    },
  ];
}
