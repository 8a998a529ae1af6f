/** One entry, whole: its facts, what was before and after, and where it stands in its chain. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AuditEntry } from "../../api/schema";
import { CodeDiff } from "../../ui/Code";
import { JsonView } from "../../ui/JsonView";
import { Time } from "../../ui/Time";
import { SubjectLink } from "./SubjectLink";
import { actWords } from "./words";

export function EntryDialog({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const hasBoth = entry.before !== null && entry.after !== null;
  return (
    <Modal
      visible
      size="large"
      header={actWords(entry.act)}
      onDismiss={onClose}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <Button onClick={onClose}>Close</Button>
        </Box>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          items={[
            { label: "When", value: <Time at={entry.at} /> },
            { label: "Who", value: `${entry.actor} (${entry.actor_kind})` },
            { label: "From", value: entry.origin || "–" },
            { label: "To", value: <SubjectLink subject={entry.subject} /> },
            { label: "Act", value: <span className="mono">{entry.act}</span> },
            { label: "Reason", value: entry.reason ?? "–" },
          ]}
        />
        {hasBoth ? (
          <Part title="What changed">
            <CodeDiff before={text(entry.before)} after={text(entry.after)} label="What changed" />
          </Part>
        ) : (
          <>
            {entry.before !== null && <Value title="Before" of={entry.before} />}
            {entry.after !== null && <Value title="After" of={entry.after} />}
          </>
        )}
        {Object.keys(entry.details).length > 0 && <Value title="Details" of={entry.details} />}
        <Part title={`Entry ${entry.number} of chain ${entry.chain}`}>
          <div className="audit-digests">
            <span>Digest</span>
            <code>{entry.digest}</code>
            <span>Of the one before</span>
            <code>{entry.previous || "–"}</code>
          </div>
        </Part>
      </SpaceBetween>
    </Modal>
  );
}

function Value({ title, of }: { title: string; of: unknown }) {
  return (
    <Part title={title}>
      <JsonView value={of} label={title} maxHeight="260px" />
    </Part>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <Box variant="awsui-key-label">{title}</Box>
      {children}
    </div>
  );
}

const text = (value: unknown) => JSON.stringify(value, null, 2);
