/** Where a webhook is called, how a call proves who sent it, and what its sender gets. */
import { isObject, type Json, type JsonObject, own, withEntry, withoutEntry } from "../../../../asl";
import { Field, NumberInput, Pick, TextInput } from "../../forms/controls";
import { SecretPick } from "../../forms/SecretPick";
import { textOf } from "../../inspector/useState";
import { hasTimestamp, STYLES, secretKeysOf, withStyle } from "./model";
import type { TriggerPart } from "./part";

export function Webhook({ workflow, trigger, set, faults, kind }: TriggerPart & { kind: string }) {
  const path = textOf(own(trigger, "path"));
  const auth = own(trigger, "auth");
  const answer = textOf(own(trigger, "answer")) || "accepted";
  const style = isObject(auth) ? textOf(own(auth, "style")) : "";
  return (
    <>
      <Field
        label="Last part of the address"
        error={faults("path").error}
        hint={<span className="breaks">{`${window.location.origin}/hooks/${workflow}/${path}`}</span>}
      >
        <TextInput mono value={path} onChange={(value) => set("path", value)} />
      </Field>
      <Field
        label="How a call proves who sent it"
        required
        error={faults("auth").error}
        hint={style === "none" ? "Choose this only where what arrives may come from anybody." : undefined}
      >
        <Pick
          value={style}
          empty="Choose …"
          options={STYLES}
          onChange={(next) => set("auth", next === "" ? undefined : withStyle(isObject(auth) ? auth : {}, next))}
        />
      </Field>
      {isObject(auth) && style !== "" && style !== "none" && (
        <Proof auth={auth} faults={faults} onChange={(next) => set("auth", next)} />
      )}
      {(kind === "EXPRESS" || answer !== "accepted") && (
        <Field label="Its sender gets" error={faults("answer").error}>
          <Pick
            value={answer}
            options={[
              { value: "accepted", label: "That it is accepted, at once" },
              { value: "result", label: "The result, once the execution has ended" },
            ]}
            onChange={(value) => set("answer", value === "accepted" ? undefined : value)}
          />
        </Field>
      )}
    </>
  );
}

interface ProofProps extends Faulty {
  auth: JsonObject;
  onChange: (auth: JsonObject) => void;
}

type Faulty = { faults: TriggerPart["faults"] };

function Proof({ auth, faults, onChange }: ProofProps) {
  const [first = "", second = ""] = secretKeysOf(auth);
  const set = (field: string, value: Json | undefined): void =>
    onChange(value === undefined ? withoutEntry(auth, field) : withEntry(auth, field, value));
  const setSecrets = (keys: readonly string[]): void =>
    set(
      "secrets",
      keys.filter((key) => key !== "").map((key) => ({ $secret: key })),
    );
  const tolerance = own(auth, "tolerance_seconds");
  return (
    <>
      <Field label="Secret" required error={faults("auth/secrets").error} hint="What only the sender and this know.">
        <SecretPick value={first} onChange={(key) => setSecrets([key, second])} />
      </Field>
      {(first !== "" || second !== "") && (
        <Field label="Second secret" hint="While it is rotated: either will do.">
          <SecretPick value={second} onChange={(key) => setSecrets([first, key])} />
        </Field>
      )}
      {own(auth, "style") === "hmac" && <Hmac auth={auth} faults={faults} set={set} />}
      {hasTimestamp(auth) && (
        <Field
          label="The signed time may be off by"
          error={faults("auth/tolerance_seconds").error}
          hint="Before or after ours. Empty: 300 seconds."
        >
          <NumberInput
            min={1}
            max={3600}
            step={1}
            unit="seconds"
            placeholder="300"
            value={typeof tolerance === "number" ? tolerance : null}
            onChange={(value) => set("tolerance_seconds", value ?? undefined)}
          />
        </Field>
      )}
    </>
  );
}

interface HmacProps extends Faulty {
  auth: JsonObject;
  set: (field: string, value: Json | undefined) => void;
}

const ALGORITHMS = ["sha256", "sha512", "sha1"].map((value) => ({ value, label: value }));
const ENCODINGS = ["hex", "base64"].map((value) => ({ value, label: value }));

function Hmac({ auth, faults, set }: HmacProps) {
  const text = (field: string) => textOf(own(auth, field));
  const setText = (field: string) => (value: string) => set(field, value === "" ? undefined : value);
  return (
    <div className="dz-pairs">
      <Field label="Header with the signature" required error={faults("auth/header").error}>
        <TextInput mono value={text("header")} onChange={setText("header")} />
      </Field>
      <Field label="Before the signature" hint="Such as sha256=">
        <TextInput mono value={text("prefix")} onChange={setText("prefix")} />
      </Field>
      <Field label="Algorithm">
        <Pick
          value={text("algorithm") || "sha256"}
          options={ALGORITHMS}
          onChange={(value) => set("algorithm", value)}
        />
      </Field>
      <Field label="Encoding">
        <Pick value={text("encoding") || "hex"} options={ENCODINGS} onChange={(value) => set("encoding", value)} />
      </Field>
      <Field
        label="Header with the time"
        error={faults("auth/timestamp_header").error}
        hint="In epoch seconds; TIME.body is signed then. Empty: the body alone."
      >
        <TextInput mono value={text("timestamp_header")} onChange={setText("timestamp_header")} />
      </Field>
    </div>
  );
}
