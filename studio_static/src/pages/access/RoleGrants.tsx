/** Grants to IAM roles: which roles of the stage's AWS account may call it, and what each of them may do. */
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { del, path, post } from "../../api/client";
import type { Role, RoleGrant, RoleGrantList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { notify } from "../../app/flash";
import { ActButton } from "../../ui/ActButton";
import { Dialog } from "../../ui/Dialog";
import { Time } from "../../ui/Time";
import { ROLES } from "./roles";

const ARN = /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/(?:[^\s/]+\/)*[\w+=,.@-]{1,64}$/;

export function RoleGrants() {
  const list = useApi<RoleGrantList>("/grants");
  const [doing, setDoing] = useState<"grant" | RoleGrant | null>(null);
  const done = () => {
    setDoing(null);
    void list.reload();
  };
  const grant = (
    <ActButton right="access" onClick={() => setDoing("grant")}>
      Grant to a role
    </ActButton>
  );
  return (
    <>
      <Table
        variant="container"
        wrapLines
        header={
          <Header
            variant="h2"
            counter={list.data ? `(${list.data.grants.length})` : undefined}
            description="A Lambda, a rule or a state machine of this AWS account starts, reads, stops and answers with its role."
            actions={grant}
          >
            IAM roles
          </Header>
        }
        items={list.data?.grants ?? []}
        loading={list.data === null && list.error === null}
        loadingText="Looking for grants"
        trackBy="name"
        ariaLabels={{ tableLabel: "Grants to IAM roles" }}
        empty={<Box color="text-body-secondary">{list.error?.message ?? "Nothing is granted to an IAM role."}</Box>}
        columnDefinitions={[
          {
            id: "name",
            header: "IAM role",
            isRowHeader: true,
            minWidth: 160,
            cell: (item) => <span className="breaks">{item.arn}</span>,
          },
          { id: "role", header: "Role", width: 120, minWidth: 100, cell: (item) => item.role },
          {
            id: "made",
            header: "Granted",
            width: 160,
            minWidth: 120,
            cell: (item) => (
              <div>
                <Time at={item.created_at} format="ago" />
                <div className="dim">{`by ${item.created_by}`}</div>
              </div>
            ),
          },
          {
            id: "act",
            header: <span className="visually-hidden">Actions</span>,
            width: 120,
            minWidth: 120,
            cell: (item) => (
              <ActButton
                right="access"
                variant="inline-link"
                ariaLabel={`Remove what ${item.name} has`}
                onClick={() => setDoing(item)}
              >
                Remove
              </ActButton>
            ),
          },
        ]}
      />
      {doing === "grant" && <GrantDialog onClose={() => setDoing(null)} onDone={done} />}
      {doing !== null && doing !== "grant" && (
        <RemoveDialog grant={doing} onClose={() => setDoing(null)} onDone={done} />
      )}
    </>
  );
}

interface DialogGiven {
  onClose: () => void;
  onDone: () => void;
}

function GrantDialog({ onClose, onDone }: DialogGiven) {
  const [arn, setArn] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const isArn = ARN.test(arn);
  const grant = async () => {
    const made = await post<RoleGrant>("/grants", { role_arn: arn, role });
    notify({ type: "success", content: `${made.name} has the role ${made.role}.` });
    onDone();
  };
  return (
    <Dialog title="Grant to an IAM role" act="Grant" onAct={grant} onClose={onClose} disabled={!isArn}>
      <FormField
        label="ARN of the IAM role"
        description="Of this AWS account. What it had before is replaced."
        errorText={arn === "" || isArn ? undefined : "It looks like arn:aws:iam::111122223333:role/NAME."}
      >
        <Input
          value={arn}
          onChange={({ detail }) => setArn(detail.value.trim())}
          placeholder="arn:aws:iam::111122223333:role/order-events"
          spellcheck={false}
          autoComplete={false}
        />
      </FormField>
      <FormField
        label="Role"
        description="Of what it allows, these callers reach starting, reading, stopping, answering."
      >
        <RadioGroup
          value={role}
          onChange={({ detail }) => setRole(detail.value as Role)}
          items={ROLES.slice(0, 2).map(({ value, description }) => ({ value, label: value, description }))}
        />
      </FormField>
    </Dialog>
  );
}

function RemoveDialog({ grant, onClose, onDone }: DialogGiven & { grant: RoleGrant }) {
  const remove = async () => {
    await del(path("/grants/{}", grant.name));
    notify({ type: "success", content: `${grant.name} has no role any more.` });
    onDone();
  };
  return (
    <Dialog title={`Remove what ${grant.name} has?`} act="Remove" onAct={remove} onClose={onClose}>
      <Box>Its sessions are refused from the next request on. What they started goes on.</Box>
    </Dialog>
  );
}
