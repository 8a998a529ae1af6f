/** A secret is created, gets another value, or goes away. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { del, path, post, put, withQuery } from "../../api/client";
import type { Secret, SecretWithUse } from "../../api/schema";
import { notify } from "../../app/flash";
import { Dialog } from "../../ui/Dialog";
import { SecretField } from "../../ui/SecretField";
import { UsedBy } from "./UsedBy";

const KEY = /^[A-Za-z0-9_.-]{1,128}$/;

/** Characters: masking cannot tell a shorter value from ordinary text, so the API takes it only when it is allowed. */
const SHORTEST = 8;

/** What is typed, and what the API is sent; `isFit` once it may be sent. */
function useValue() {
  const [value, setValue] = useState("");
  const [isAllowed, setAllowed] = useState(false);
  const isShort = value !== "" && [...value].length < SHORTEST;
  return {
    value,
    setValue,
    isAllowed,
    setAllowed,
    isShort,
    isFit: value !== "" && (!isShort || isAllowed),
    body: isShort ? { value, allow_short: true } : { value },
  };
}

function AllowShort({ of: { isShort, isAllowed, setAllowed } }: { of: ReturnType<typeof useValue> }) {
  if (!isShort) return null;
  return (
    <Checkbox
      checked={isAllowed}
      onChange={({ detail }) => setAllowed(detail.checked)}
      description={`Masking cannot tell fewer than ${SHORTEST} characters from ordinary text: it may stay readable in outputs and logs.`}
    >
      Use this short value anyway
    </Checkbox>
  );
}

/** Says that the value just stored is not the one that runs. */
function tellShadow(secret: Secret) {
  if (secret.shadowed_by === null) return;
  notify({
    type: "warning",
    content: `Workflows do not get this value of ${secret.key}: the ${secret.shadowed_by} has one too, and is asked first.`,
  });
}

interface DialogGiven {
  onClose: () => void;
  onDone: () => void;
}

export function CreateDialog({ taken, onClose, onDone }: DialogGiven & { taken: readonly string[] }) {
  const [key, setKey] = useState("");
  const typed = useValue();
  const problem = keyProblem(key, taken);
  const create = async () => {
    const { body: secret } = await put<Secret>(path("/secrets/{}", key), typed.body);
    notify({ type: "success", content: `${key} is set.` });
    tellShadow(secret);
    onDone();
  };
  return (
    <Dialog
      title="Create a secret"
      act="Create"
      onAct={create}
      onClose={onClose}
      disabled={problem !== null || !typed.isFit}
    >
      <FormField
        label="Name"
        constraintText="Letters, digits, _ . and -; at most 128. Workflows name it so."
        errorText={key === "" ? undefined : problem}
      >
        <Input
          value={key}
          onChange={({ detail }) => setKey(detail.value)}
          placeholder="STRIPE_KEY"
          spellcheck={false}
          autoComplete={false}
        />
      </FormField>
      <SecretField
        label="Value"
        description="It is not shown again, here or anywhere."
        value={typed.value}
        onChange={typed.setValue}
      />
      <AllowShort of={typed} />
    </Dialog>
  );
}

function keyProblem(key: string, taken: readonly string[]): string | null {
  if (!KEY.test(key)) return "Letters, digits, _ . and - only; at most 128.";
  return taken.includes(key) ? "There is a secret of that name: rotate it instead." : null;
}

export function RotateDialog({ secret, onClose, onDone }: DialogGiven & { secret: SecretWithUse }) {
  const typed = useValue();
  const rotate = async () => {
    const rotated = await post<Secret>(path("/secrets/{}/rotate", secret.key), typed.body);
    notify({ type: "success", content: `${secret.key} has its new value. Its name stays, so no workflow changes.` });
    tellShadow(rotated);
    onDone();
  };
  return (
    <Dialog title={`Rotate ${secret.key}`} act="Rotate" onAct={rotate} onClose={onClose} disabled={!typed.isFit}>
      <div>
        <Box variant="awsui-key-label">Used by</Box>
        <UsedBy uses={secret.used_by} setting={secret.setting} />
      </div>
      <Box color="text-body-secondary">
        The name stays the same, so nothing has to be published. Every call from now on gets the new value, in
        executions that run already, too.
      </Box>
      <SecretField label="New value" value={typed.value} onChange={typed.setValue} />
      <AllowShort of={typed} />
    </Dialog>
  );
}

export function DeleteDialog({ secret, onClose, onDone }: DialogGiven & { secret: SecretWithUse }) {
  const isUsed = secret.used_by.length > 0 || secret.setting !== null;
  const [sure, setSure] = useState(false);
  const remove = async () => {
    await del(withQuery(path("/secrets/{}", secret.key), { force: isUsed ? true : null }));
    notify({ type: "success", content: `${secret.key} is deleted.` });
    onDone();
  };
  return (
    <Dialog title={`Delete ${secret.key}?`} act="Delete" onAct={remove} onClose={onClose} disabled={isUsed && !sure}>
      {isUsed ? (
        <>
          <Alert type="warning" header="It is in use">
            <UsedBy uses={secret.used_by} setting={secret.setting} />
          </Alert>
          <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>
            Delete it anyway: what uses it will fail
          </Checkbox>
        </>
      ) : (
        <Box>Nothing names it. Its value cannot be restored.</Box>
      )}
    </Dialog>
  );
}
