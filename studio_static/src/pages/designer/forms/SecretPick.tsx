/** Choose a secret by its name: the step gets `{"$secret": "NAME"}`, never the value. */
import { href } from "../../../app/links";
import { useSecretKeys } from "../useSecretKeys";
import { Pick } from "./controls";

interface SecretPickProps {
  value: string;
  onChange: (key: string) => void;
}

export function SecretPick({ value, onChange }: SecretPickProps) {
  const { keys } = useSecretKeys();
  return (
    <div className="dz-row">
      <span className="dz-masked firm dim mono" aria-hidden="true">
        ********
      </span>
      <Pick
        value={value}
        empty="Choose a secret…"
        options={keys.map((key) => ({ value: key, label: key }))}
        onChange={onChange}
      />
      <a className="firm size-12 accent" href={href("/secrets/")} target="_blank" rel="noreferrer">
        New secret
      </a>
    </div>
  );
}
