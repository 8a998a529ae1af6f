/** Whether the log is what was written, in a plain sentence. */
import Alert from "@cloudscape-design/components/alert";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { AuditVerification } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { ErrorWords } from "../../ui/Problem";

export function Verification({ onClose }: { onClose: () => void }) {
  const { data, error } = useApi<AuditVerification>("/audit/verify");
  if (error) {
    return (
      <Alert
        type="warning"
        header="The log could not be verified"
        dismissible
        onDismiss={onClose}
        dismissAriaLabel="Dismiss"
      >
        <ErrorWords error={error} />
      </Alert>
    );
  }
  if (data === null) return <StatusIndicator type="loading">Walking every chain</StatusIndicator>;
  if (data.ok) {
    return (
      <Alert
        type="success"
        header="The log is what was written"
        dismissible
        onDismiss={onClose}
        dismissAriaLabel="Dismiss"
      >
        {data.says}
      </Alert>
    );
  }
  return (
    <Alert
      type="error"
      header="The log is not what was written"
      dismissible
      onDismiss={onClose}
      dismissAriaLabel="Dismiss"
    >
      <ul>
        {data.findings.map((finding) => (
          <li key={finding.chain}>{`Chain ${finding.chain}, entry ${finding.number}: ${finding.message}`}</li>
        ))}
      </ul>
    </Alert>
  );
}
