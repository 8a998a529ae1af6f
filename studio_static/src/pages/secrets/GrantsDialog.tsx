/** Who may use a secret: what is granted, what names it without a grant, and one grant more, in the words of
 * `automate secrets grant`. */
import Alert from "@cloudscape-design/components/alert";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import { useState } from "react";
import { del, path, post, withQuery } from "../../api/client";
import type { ConnectorList, SecretGrant, SecretUsage, WorkflowList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { notify } from "../../app/flash";
import { ActButton } from "../../ui/ActButton";
import { Dialog } from "../../ui/Dialog";
import { ErrorAlert, Problem } from "../../ui/Problem";
import { Skeleton } from "../../ui/Skeleton";
import { useAct } from "../../ui/useAct";
import { missingGrants, offersOf, wordsOf } from "./grants";

interface GrantsDialogProps {
  /** The secret's key; a connection's is `connection.NAME`. */
  secret: string;
  /** What people call it. */
  name: string;
  onClose: () => void;
  /** Grants are others now. */
  onChanged: () => void;
}

const NONE: SecretGrant = { workflow: "", connector: "*", host: "*" };

const FIELDS = [
  { name: "workflow", label: "Workflow", description: "One that is here, or will be." },
  { name: "connector", label: "Connector", description: "What calls the service." },
  { name: "host", label: "Host", description: "What is called, such as api.example.com." },
] as const;

export function GrantsDialog({ secret, name, onClose, onChanged }: GrantsDialogProps) {
  const usage = useApi<SecretUsage>(path("/secrets/{}/usage", secret));
  const workflows = useApi<WorkflowList>("/workflows");
  const connectors = useApi<ConnectorList>("/connectors");
  const offers = offersOf(usage.data, workflows.data, connectors.data);
  const [grant, setGrant] = useState(NONE);
  const changed = async (content: string) => {
    notify({ type: "success", content });
    await usage.reload();
    onChanged();
  };
  const add = async (one: SecretGrant) => {
    await post(path("/secrets/{}/grants", secret), one);
    setGrant(NONE);
    await changed(`${name} is granted to ${wordsOf(one)}.`);
  };
  const revoke = async (one: SecretGrant) => {
    await del(withQuery(path("/secrets/{}/grants", secret), { ...one }));
    await changed(`${name} is no longer granted to ${wordsOf(one)}.`);
  };
  const isWhole = Object.values(grant).every((text) => text !== "");
  return (
    <Dialog
      title={`Who may use ${name}`}
      act="Grant"
      cancel="Close"
      onAct={() => add(grant)}
      onClose={onClose}
      disabled={!isWhole}
    >
      {usage.data === null && usage.error && (
        <Problem error={usage.error} what="who may use it" onRetry={() => void usage.reload()} />
      )}
      {usage.data === null && !usage.error && <Skeleton what="who may use it" />}
      {usage.data !== null && (
        <>
          {usage.data.grants === null && (
            <Alert type="info">
              Everybody may use it: it is of before grants were kept. The first grant ends that for all others.
            </Alert>
          )}
          <Grants
            title="Granted to"
            none={usage.data.grants === null ? "Everybody" : "Nobody"}
            grants={usage.data.grants ?? []}
            word="Revoke"
            onAct={revoke}
          />
          <Grants title="Names it without a grant" grants={missingGrants(usage.data)} word="Grant" onAct={add} />
        </>
      )}
      {usage.data !== null &&
        FIELDS.map(({ name: field, label, description }) => (
          <FormField key={field} label={label} description={description}>
            <Autosuggest
              value={grant[field]}
              options={offers[field]}
              onChange={({ detail }) => setGrant({ ...grant, [field]: detail.value.trim() })}
              enteredTextLabel={(text) => `Use ${text}`}
              empty={`No ${field} is known: type its name`}
              clearAriaLabel={`Clear ${label}`}
              virtualScroll
              expandToViewport
            />
          </FormField>
        ))}
    </Dialog>
  );
}

interface GrantsProps {
  title: string;
  /** What is said where there are none; left out, nothing is. */
  none?: string;
  grants: readonly SecretGrant[];
  word: string;
  onAct: (grant: SecretGrant) => Promise<void>;
}

function Grants({ title, none, grants, word, onAct }: GrantsProps) {
  if (grants.length === 0 && none === undefined) return null;
  return (
    <div>
      <Box variant="awsui-key-label">{title}</Box>
      {grants.length === 0 && <span className="dim">{none}</span>}
      <ul className="plain-list">
        {grants.map((grant) => (
          <Row key={wordsOf(grant)} grant={grant} word={word} onAct={onAct} />
        ))}
      </ul>
    </div>
  );
}

function Row({ grant, word, onAct }: Pick<GrantsProps, "word" | "onAct"> & { grant: SecretGrant }) {
  const { run, busy, error } = useAct(() => onAct(grant));
  return (
    <li>
      {wordsOf(grant)}{" "}
      <ActButton
        right="secrets"
        variant="inline-link"
        ariaLabel={`${word} ${wordsOf(grant)}`}
        loading={busy}
        onClick={() => void run()}
      >
        {word}
      </ActButton>
      {error && <ErrorAlert error={error} />}
    </li>
  );
}
