/** The secrets that have to be granted to a workflow before it is published: asked once, of whoever may grant them. */
import Alert from "@cloudscape-design/components/alert";
import { path, post } from "../../../api/client";
import type { GrantNeeded } from "../../../api/schema";
import { ActButton } from "../../../ui/ActButton";
import { ErrorAlert } from "../../../ui/Problem";
import { useAct } from "../../../ui/useAct";

interface GrantsProps {
  needed: readonly GrantNeeded[];
  /** They are granted: look again. */
  onGranted: () => void;
}

export function Grants({ needed, onGranted }: GrantsProps) {
  const stored = needed.filter(({ backend }) => backend !== "environment");
  const { run, busy, error } = useAct(async () => {
    for (const { key, workflow, connector, host } of stored) {
      await post(path("/secrets/{}/grants", key), { workflow, connector, host });
    }
    onGranted();
  });
  if (needed.length === 0) return null;
  return (
    <>
      <Alert
        type="info"
        header={needed.length === 1 ? "A secret is not granted to it yet" : "Secrets are not granted to it yet"}
        action={
          stored.length > 0 && (
            <ActButton right="secrets" loading={busy} onClick={() => void run()}>
              {stored.length === 1 ? "Grant it" : "Grant them"}
            </ActButton>
          )
        }
      >
        <ul className="pb-list">
          {needed.map(({ key, backend, connector, host }) => (
            <li key={`${key} ${connector} ${host}`}>
              <code>{key}</code> {`for ${connector}${host === "*" ? ", any host" : ` at ${host}`}`}
              {backend === "environment" && ", in the setting AUTOMATE_SECRET_GRANTS"}
            </li>
          ))}
        </ul>
      </Alert>
      {error && <ErrorAlert error={error} />}
    </>
  );
}
