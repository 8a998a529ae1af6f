/** Whether the log is what was written, in a plain sentence. */
import Alert from "@cloudscape-design/components/alert";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { AuditVerification } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { ErrorWords } from "../../ui/Problem";

export function Verification({ onClose }: { onClose: () => void }) {
  const { data, error } = useApi<AuditVerification>("/audit/verify");
  if (!error && data === null) return <StatusIndicator type="loading">Checking every chain</StatusIndicator>;
  const [type, header] = error
    ? (["warning", "The log could not be verified"] as const)
    : data?.ok
      ? (["success", "The log is what was written"] as const)
      : (["error", "The log is not what was written"] as const);
  return (
    <Alert type={type} header={header} dismissible onDismiss={onClose} dismissAriaLabel="Dismiss">
      {error ? <ErrorWords error={error} /> : data?.ok ? data.says : <Findings of={data?.findings ?? []} />}
    </Alert>
  );
}

function Findings({ of }: { of: AuditVerification["findings"] }) {
  return (
    <ul>
      {of.map((finding) => (
        <li key={finding.chain}>{`Chain ${finding.chain}, entry ${finding.number}: ${finding.message}`}</li>
      ))}
    </ul>
  );
}
