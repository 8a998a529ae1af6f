/** Named tokens: other people and programs, and what each of them may do. A stage also has its user pool's people. */

import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { AccessToken, AccessTokenList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { type Me, useMe } from "../../app/me";
import { usePage } from "../../app/page";
import { useIsWide } from "../../app/useWidth";
import { ActButton } from "../../ui/ActButton";
import { Allowed } from "../../ui/Allowed";
import { EmptyState } from "../../ui/EmptyState";
import { type Columns, ListPage } from "../../ui/ListPage";
import { Time } from "../../ui/Time";
import { AddDialog, RetireDialog, RevokeDialog, RotateDialog } from "./dialogs";
import { Made } from "./Made";
import { RoleGrants } from "./RoleGrants";
import { ROLES } from "./roles";

type Doing = { what: "add" } | { what: "rotate" | "retire" | "revoke"; token: AccessToken } | null;

export default function AccessPage() {
  usePage({ title: "Access", crumbs: [{ text: "Access" }], contentType: "table" });
  const me = useMe();
  return (
    <Allowed right="access" what="who has access">
      {me === null || me.stage === "local" ? (
        <Tokens isStage={false} />
      ) : (
        <SpaceBetween size="l">
          <Tokens isStage />
          <RoleGrants />
          <People me={me} />
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
        title="Access"
        counter={list.data ? `(${all.length})` : undefined}
        description={
          isStage
            ? "Tokens with a role, for programs. People sign in, and have theirs below."
            : "Tokens with a role, for other people and programs. Whoever owns the data folder needs none."
        }
        onLookAgain={list.reload}
        actions={add}
        wrapLines
        items={all}
        trackBy="name"
        ariaLabels={{ tableLabel: "Tokens" }}
        columns={columns(setDoing, isWide)}
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

function columns(onDo: (doing: Doing) => void, isWide: boolean): Columns<AccessToken> {
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      minWidth: 160,
      cell: (token) => (
        <div>
          {token.name}
          {token.has_older && <div className="dim">two secrets are good</div>}
        </div>
      ),
    },
    { id: "role", header: "Role", width: 120, cell: (token) => token.role },
    {
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
      cell: (token) => (token.last_used_at === null ? "Never" : <Time at={token.last_used_at} format="ago" />),
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
      width: 190,
      minWidth: 190,
      cell: (token) => (
        <SpaceBetween direction="horizontal" size="s">
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

/** A stage: its people are the user pool's, and Cognito is asked with credentials of the AWS account alone. */
function People({ me }: { me: Me }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="The people of this stage are the users of its pool; groups carry their roles."
        >
          People
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div>
          An admin of the AWS account invites people and gives them roles, in a terminal:
          {["invite MAIL --role editor", "grant MAIL --role publisher", "revoke MAIL", "list"].map((words) => (
            <Box key={words} variant="code" display="block">{`automate people ${words} --stage ${me.stage}`}</Box>
          ))}
        </div>
        <dl className="plain-list">
          {ROLES.map(({ value, description }) => (
            <div key={value}>
              <dt>{value}</dt>
              <dd className="dim">{description}</dd>
            </div>
          ))}
        </dl>
      </SpaceBetween>
    </Container>
  );
}
