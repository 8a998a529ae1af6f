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
            {entry.before !== null && (
              <Part title="Before">
                <JsonView value={entry.before} label="Before" maxHeight="260px" />
              </Part>
            )}
            {entry.after !== null && (
              <Part title="After">
                <JsonView value={entry.after} label="After" maxHeight="260px" />
              </Part>
            )}
          </>
        )}
        {Object.keys(entry.details).length > 0 && (
          <Part title="Details">
            <JsonView value={entry.details} label="Details" maxHeight="260px" />
          </Part>
        )}
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

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <Box variant="awsui-key-label">{title}</Box>
      {children}
    </div>
  );
}

const text = (value: unknown) => JSON.stringify(value, null, 2);
