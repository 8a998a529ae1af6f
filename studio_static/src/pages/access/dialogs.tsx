/** A token is made, gets another secret, or ends. */
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { del, path, post } from "../../api/client";
import type { AccessToken, NewAccessToken, Role } from "../../api/schema";
import { notify } from "../../app/flash";
import { Dialog } from "../../ui/Dialog";
import { ENDS, ROLES } from "./roles";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;
const WORDS = "1 to 64 letters, digits and . _ @ + -, of which the first is a letter or a digit.";

interface DialogGiven {
  onClose: () => void;
  onDone: (made: { name: string; token: string }) => void;
}

export function AddDialog({ taken, onClose, onDone }: DialogGiven & { taken: readonly string[] }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [ends, setEnds] = useState("90d");
  const problem = nameProblem(name, taken);
  const add = async () => {
    onDone(await post<NewAccessToken>("/tokens", { name, role, expires: ends === "" ? null : ends }));
  };
  return (
    <Dialog title="Add a token" act="Add" onAct={add} onClose={onClose} disabled={problem !== null}>
      <FormField
        label="Name"
        description="Whose it is: the audit log names them so."
        constraintText={WORDS}
        errorText={name === "" ? undefined : problem}
      >
        <Input
          value={name}
          onChange={({ detail }) => setName(detail.value)}
          placeholder="ci"
          spellcheck={false}
          autoComplete={false}
        />
      </FormField>
      <FormField label="Role" description="Each may do what the one before it may, and more.">
        <RadioGroup
          value={role}
          onChange={({ detail }) => setRole(detail.value as Role)}
          items={ROLES.map(({ value, description }) => ({ value, label: value, description }))}
        />
      </FormField>
      <EndField value={ends} onChange={setEnds} choices={ENDS} />
    </Dialog>
  );
}

const KEEP = { value: "keep", label: "As before" };

export function RotateDialog({ token, onClose, onDone }: DialogGiven & { token: AccessToken }) {
  const choices = token.expired ? ENDS.slice(0, -1) : [KEEP, ...ENDS.slice(0, -1)];
  const [ends, setEnds] = useState(choices[0]?.value ?? "90d");
  const [atOnce, setAtOnce] = useState(false);
  const rotate = async () => {
    const expires = ends === KEEP.value ? null : ends;
    onDone(await post<NewAccessToken>(path("/tokens/{}/rotate", token.name), { expires, at_once: atOnce }));
  };
  return (
    <Dialog title={`Rotate ${token.name}`} act="Rotate" onAct={rotate} onClose={onClose}>
      <Box>
        The token gets a new secret. The old one stays good until you retire it: give programs the new one first.
      </Box>
      <Checkbox checked={atOnce} onChange={({ detail }) => setAtOnce(detail.checked)}>
        Refuse the old one from now on, and sign out browsers that signed in with it
      </Checkbox>
      <EndField value={ends} onChange={setEnds} choices={choices} />
    </Dialog>
  );
}

export function RetireDialog({
  token,
  onClose,
  onDone,
}: Omit<DialogGiven, "onDone"> & { token: AccessToken; onDone: () => void }) {
  const retire = async () => {
    await del(path("/tokens/{}/older", token.name));
    notify({ type: "success", content: `The older secret of ${token.name} is refused from now on.` });
    onDone();
  };
  return (
    <Dialog title={`Retire the older secret of ${token.name}?`} act="Retire" onAct={retire} onClose={onClose}>
      <Box>
        It is refused from now on, and browsers that signed in with it are signed out. The new one stays good. It cannot
        be taken back.
      </Box>
    </Dialog>
  );
}

export function RevokeDialog({
  token,
  onClose,
  onDone,
}: Omit<DialogGiven, "onDone"> & { token: AccessToken; onDone: () => void }) {
  const revoke = async () => {
    await del(path("/tokens/{}", token.name));
    notify({ type: "success", content: `${token.name} is revoked.` });
    onDone();
  };
  return (
    <Dialog title={`Revoke ${token.name}?`} act="Revoke" onAct={revoke} onClose={onClose}>
      <Box>It is refused from now on, and browsers that signed in with it are signed out. It cannot be taken back.</Box>
    </Dialog>
  );
}

interface EndFieldProps {
  value: string;
  onChange: (value: string) => void;
  choices: readonly { value: string; label: string }[];
}

function EndField({ value, onChange, choices }: EndFieldProps) {
  return (
    <FormField label="It ends">
      <Select
        selectedOption={choices.find((each) => each.value === value) ?? null}
        options={choices}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

function nameProblem(name: string, taken: readonly string[]): string | null {
  if (!NAME.test(name)) return WORDS;
  return taken.includes(name) ? "There is a token of that name: rotate it instead." : null;
}
