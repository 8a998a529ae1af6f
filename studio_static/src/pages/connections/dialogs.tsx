/** A connection is added, or goes away. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { del, path, put, withQuery } from "../../api/client";
import type { Connection } from "../../api/schema";
import { notify } from "../../app/flash";
import { Dialog } from "../../ui/Dialog";
import { SecretField } from "../../ui/SecretField";
import { UsedBy } from "../secrets/UsedBy";
import { isUntested, isWhole, KINDS, type Kind, requestOf, type Typed } from "./kinds";

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;

interface DialogGiven {
  onClose: () => void;
  onDone: () => void;
}

const OPTIONS = Object.entries(KINDS).map(([value, { label, description }]) => ({ value, label, description }));

/** `connection` is the one that gets other values; null: a new one is added. */
export function AddDialog({
  connection,
  taken,
  onClose,
  onDone,
}: DialogGiven & { connection: Connection | null; taken: readonly string[] }) {
  const [name, setName] = useState(connection?.name ?? "");
  const [kind, setKind] = useState<Kind>((connection?.kind as Kind | undefined) ?? "api_key");
  const [typed, setTyped] = useState<Typed>(() => typedOf(connection));
  const [sure, setSure] = useState(false);
  const problem = connection === null ? nameProblem(name, taken) : null;
  const untested = isUntested(kind, typed);
  const add = async () => {
    const { body } = await put<Connection>(path("/connections/{}", name), requestOf(kind, typed));
    notify({
      type: "success",
      content: body.connected
        ? `${name} is kept${body.tested_at === null ? ", and was not tested" : ": it works"}.`
        : `${name} is kept. Connect it: somebody has to say yes.`,
    });
    onDone();
  };
  return (
    <Dialog
      title={connection === null ? "Add a connection" : `Change ${connection.name}`}
      act={untested || kind === "oauth2_authorization_code" ? "Keep" : "Test and keep"}
      onAct={add}
      onClose={onClose}
      disabled={problem !== null || !isWhole(kind, typed) || (untested && !sure)}
    >
      {connection === null && (
        <FormField
          label="Name"
          constraintText="Letters, digits, _ . and -"
          errorText={name === "" ? undefined : problem}
        >
          <Input
            value={name}
            onChange={({ detail }) => setName(detail.value)}
            placeholder="google-sales"
            spellcheck={false}
            autoComplete={false}
          />
        </FormField>
      )}
      <FormField label="Kind">
        <Select
          options={OPTIONS}
          selectedOption={OPTIONS.find(({ value }) => value === kind) ?? null}
          onChange={({ detail }) => setKind(detail.selectedOption.value as Kind)}
        />
      </FormField>
      {KINDS[kind].fields.map(({ name: field, label, description, isSecret, isOptional }) => {
        const words = isOptional ? `${label} (optional)` : label;
        const set = (value: string) => setTyped({ ...typed, [field]: value });
        return isSecret ? (
          <SecretField
            key={field}
            label={words}
            description={description ?? "It is not shown again, here or anywhere."}
            value={typed[field] ?? ""}
            onChange={set}
          />
        ) : (
          <FormField key={field} label={words} description={description}>
            <Input
              value={typed[field] ?? ""}
              onChange={({ detail }) => set(detail.value)}
              spellcheck={false}
              autoComplete={false}
            />
          </FormField>
        );
      })}
      {untested && (
        <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>
          Keep it without a test: no address says whether it works
        </Checkbox>
      )}
    </Dialog>
  );
}

/** What may be shown of one that is kept: secrets are typed anew. */
function typedOf(connection: Connection | null): Typed {
  if (connection === null) return {};
  const { user, client_id, issuer, test_url, scopes } = connection;
  const addresses = issuer ? {} : { token_url: connection.token_url, authorize_url: connection.authorize_url };
  return { user, client_id, issuer, test_url, scopes: scopes.join(" "), ...addresses };
}

function nameProblem(name: string, taken: readonly string[]): string | null {
  if (!NAME.test(name)) return "Letters, digits, _ . and - only; at most 100.";
  return taken.includes(name) ? "There is a connection of that name: change it instead." : null;
}

export function RemoveDialog({ connection, onClose, onDone }: DialogGiven & { connection: Connection }) {
  const isUsed = connection.used_by.length > 0;
  const [sure, setSure] = useState(false);
  const remove = async () => {
    await del(withQuery(path("/connections/{}", connection.name), { force: isUsed ? true : null }));
    notify({ type: "success", content: `${connection.name} is removed.` });
    onDone();
  };
  return (
    <Dialog
      title={`Remove ${connection.name}?`}
      act="Remove"
      onAct={remove}
      onClose={onClose}
      disabled={isUsed && !sure}
    >
      {isUsed ? (
        <>
          <Alert type="warning" header="It is in use">
            <UsedBy uses={connection.used_by} />
          </Alert>
          <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>
            Remove it anyway: these steps will fail
          </Checkbox>
        </>
      ) : (
        <Box>No workflow names it. What it holds cannot be restored.</Box>
      )}
    </Dialog>
  );
}
