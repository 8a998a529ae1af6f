/**
 * Publish: what the draft changes, as graph and as JSON, which cases fail, a note; then the draft is the next active
 * version. What was looked at is what is published: the draft's ETag goes with it.
 */
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useCallback, useEffect, useState } from "react";
import { get, path } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import type { PublishPreview } from "../../../api/schema";
import { notify } from "../../../app/flash";
import type { JsonObject } from "../../../asl";
import { Dialog } from "../../../ui/Dialog";
import { Problem } from "../../../ui/Problem";
import { Skeleton } from "../../../ui/Skeleton";
import { millionWords } from "../../executions/cost/words";
import { publishDraft } from "../saving/api";
import type { DialogSlot } from "../slots";
import { setActive } from "../store";
import { mendingOf } from "../test/useTests";
import { Difference } from "./Difference";
import { Grants } from "./Grants";
import { Readiness } from "./Readiness";

interface PublishProps extends DialogSlot {
  /** Asks for an input, and starts what was published. */
  onStart: () => void;
}

export default function PublishDialog(slot: PublishProps) {
  const { workflow, onClose } = slot;
  const { preview, error, again } = usePreview(slot);
  const [note, setNote] = useState("");
  const [accepted, setAccepted] = useState(false);
  const isNew = preview !== null && preview.next_version !== null;
  const mayPublish =
    isNew && preview.publishable && preview.barred === null && (accepted || (preview.cases?.failed ?? 0) === 0);
  const publish = async () => {
    if (preview === null) return;
    const version = await publishDraft(workflow, note.trim(), preview.etag, accepted);
    await setActive(workflow, version.version);
    const mending = mendingOf(workflow);
    notify({
      id: "active",
      type: "success",
      header: `Version ${version.version} of ${workflow} is active`,
      ...(mending === null
        ? {
            content: "New executions run it; those that run keep the version they began with.",
            action: { text: "Start it", run: slot.onStart },
          }
        : { content: `${mending.name} can go on by it.`, action: { text: "Let it go on …", run: mending.goOn } }),
    });
    onClose();
  };
  return (
    <Dialog
      title={isNew ? `Publish ${workflow} as version ${preview.next_version}` : `Publish ${workflow}`}
      act="Publish"
      size="max"
      disabled={!mayPublish}
      onAct={publish}
      onClose={onClose}
    >
      {error !== null && <Problem error={error} what="what publishing would change" onRetry={again} />}
      {error === null && preview === null && <Skeleton what="the changes" />}
      {preview !== null && !isNew && (
        <Alert type="info">{`The draft is version ${preview.active_version}, which is active: there is nothing to publish.`}</Alert>
      )}
      {isNew && (
        <SpaceBetween size="m">
          {preview.barred !== null && (
            <Alert type="info" header="You may look at it, and not publish it">
              {preview.barred}
            </Alert>
          )}
          <p className="pb-summary">{[summaryOf(preview), costOf(preview)].join(" ")}</p>
          <Grants needed={preview.grants_needed} onGranted={again} />
          <Readiness
            preview={preview}
            accepted={accepted}
            onAccept={setAccepted}
            onShowProblems={() => {
              slot.show("design");
              onClose();
            }}
          />
          <Difference
            before={(preview.diff?.old_document as JsonObject | undefined) ?? null}
            after={(preview.diff?.new_document as JsonObject | undefined) ?? slot.document}
            label={
              preview.active_version === null ? "All of it is new" : `Version ${preview.active_version} and the draft`
            }
            connectors={slot.connectors}
            height="38vh"
          />
          <FormField
            stretch
            label="Note"
            description="What changes and why; it stays with the version and in the audit log."
          >
            <Textarea value={note} rows={2} onChange={({ detail }) => setNote(detail.value)} />
          </FormField>
        </SpaceBetween>
      )}
    </Dialog>
  );
}

function summaryOf({ active_version, diff, connectors }: PublishPreview): string {
  if (active_version === null || diff === null) return "This is its first version: from then on it can be started.";
  const parts = (["added", "changed", "removed"] as const)
    .map((change) => ({ change, number: diff.states.filter((state) => state.change === change).length }))
    .filter(({ number }) => number > 0)
    .map(({ change, number }) => `${number} ${change}`);
  const other = connectors.length > 0 ? "" : ", other parts of the document do";
  const what = parts.length === 0 ? `no state changes${other}` : parts.join(", ");
  const names = connectors.map(({ resource }) => resource.split(":").slice(1).join(":")).join(", ");
  const also = names === "" ? "" : ` Other connectors than that version's: ${names}.`;
  return `Against version ${active_version}: ${what}.${also}`;
}

function costOf({ usd, active_usd: before, active_version: version }: PublishPreview): string {
  if (usd === null) return "";
  const was = before === null ? "" : before === usd ? ", as before" : ` (version ${version}: ${millionWords(before)})`;
  return `On AWS a million executions cost about ${millionWords(usd)}${was}, with each state visited once.`;
}

/** The draft as the server has it, once what is on the page is saved. */
function usePreview({ workflow, save }: DialogSlot) {
  const [preview, setPreview] = useState<PublishPreview | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `save` is new with every edit; it is asked once
  const load = useCallback(async () => {
    setError(null);
    try {
      if (!(await save())) throw new Error("The draft is not saved yet. Save it (Ctrl+S), then publish.");
      setPreview(await get<PublishPreview>(path("/workflows/{}/publish", workflow)));
    } catch (thrown) {
      setError(asApiError(thrown));
    }
  }, [workflow]);
  useEffect(() => void load(), [load]);
  return { preview, error, again: () => void load() };
}
