/** The published versions: who, when, why; any two compared; back to one of them with a click. */
import "./publish.css";
import Badge from "@cloudscape-design/components/badge";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { path, withQuery } from "../../../api/client";
import type { Diff, Version, VersionList } from "../../../api/schema";
import { type Fetched, useApi } from "../../../api/useApi";
import { notify, notifyError } from "../../../app/flash";
import { type Right, useMay } from "../../../app/me";
import { useUrlState } from "../../../app/urlState";
import type { JsonObject } from "../../../asl";
import { ActButton } from "../../../ui/ActButton";
import { EmptyState } from "../../../ui/EmptyState";
import { Loaded } from "../../../ui/Loaded";
import { NavLink } from "../../../ui/NavLink";
import { Time } from "../../../ui/Time";
import { getVersion, getWorkflow, rollback } from "../saving/api";
import type { Slot } from "../slots";
import { setActive } from "../store";
import { Difference } from "./Difference";

/** Versions by number, "draft" for the draft. */
const URL_STATE = { from: "", to: "draft" };
const POLL_MS = 5000;

export default function VersionsTab(slot: Slot) {
  const list = useApi<VersionList>(path("/workflows/{}/versions", slot.workflow), { poll: POLL_MS });
  return (
    <div className="pb-versions">
      <Loaded from={list} what="the versions">
        {({ versions }) =>
          versions.length === 0 ? (
            <EmptyState title="Nothing is published yet">
              A workflow is started by its active version. Publish the draft, and it is version 1.
            </EmptyState>
          ) : (
            <History slot={slot} versions={versions} list={list} />
          )
        }
      </Loaded>
    </div>
  );
}

interface HistoryProps {
  slot: Slot;
  versions: readonly Version[];
  list: Fetched<VersionList>;
}

function History({ slot, versions, list }: HistoryProps) {
  const [url, setUrl] = useUrlState(URL_STATE);
  const mayAudit = useMay("audit");
  const active = versions.find((version) => version.active);
  const from = url.from || String(active?.version ?? versions[0]?.version ?? "");
  const choose = (version: number) => {
    const older = versions.find((each) => each.version < version);
    setUrl({ from: String(older?.version ?? version), to: older ? String(version) : "draft" });
  };
  return (
    <div className="pb-columns">
      <section aria-label="Versions">
        <div className="pb-head row apart gap-10">
          <h2>Versions</h2>
          {mayAudit && <NavLink to={withQuery("/audit/", { workflow: slot.workflow })}>Audit log</NavLink>}
        </div>
        <ol className="plain-list">
          {versions.map((version) => (
            <Row
              key={version.version}
              version={version}
              chosen={url.to === String(version.version)}
              onChoose={() => choose(version.version)}
              onRollback={() => void rollBack(slot, version.version, active?.version ?? null, list.reload)}
              onTake={() => void takeUp(slot, version.version)}
            />
          ))}
        </ol>
      </section>
      <section aria-label="Comparison">
        <Compare slot={slot} versions={versions} from={from} to={url.to} onChoose={setUrl} />
      </section>
    </div>
  );
}

interface RowProps {
  version: Version;
  chosen: boolean;
  onChoose: () => void;
  onRollback: () => void;
  onTake: () => void;
}

function Row({ version, chosen, onChoose, onRollback, onTake }: RowProps) {
  const name = `version ${version.version}`;
  const acts: { text: string; run: () => void; right: Right }[] = [
    { text: "What it changed", run: onChoose, right: "look" },
    { text: "Into the draft", run: onTake, right: "edit" },
    ...(version.active ? [] : [{ text: "Roll back to it", run: onRollback, right: "publish" as const }]),
  ];
  return (
    <li className={`pb-version framed on-card${chosen ? " pb-chosen" : ""}`} aria-current={chosen || undefined}>
      <div className="pb-head row apart gap-10">
        <strong>{`Version ${version.version}`}</strong>
        {version.active && <Badge color="green">active</Badge>}
      </div>
      {version.note && <p className="breaks">{version.note}</p>}
      <p className="dim">
        {version.published_by}, <Time at={version.published_at} format="ago" />
      </p>
      <div className="pb-acts flex wraps">
        {acts.map(({ text, run, right }) => (
          <ActButton key={text} right={right} variant="inline-link" ariaLabel={`${text}: ${name}`} onClick={run}>
            {text}
          </ActButton>
        ))}
      </div>
    </li>
  );
}

interface CompareProps {
  slot: Slot;
  versions: readonly Version[];
  from: string;
  to: string;
  onChoose: (change: Partial<typeof URL_STATE>) => void;
}

function Compare({ slot, versions, from, to, onChoose }: CompareProps) {
  const options = [
    { value: "draft", label: "Draft" },
    ...versions.map(({ version, active }) => ({
      value: String(version),
      label: active ? `Version ${version} (active)` : `Version ${version}`,
    })),
  ];
  const optionOf = (value: string) => options.find((each) => each.value === value) ?? null;
  const number = (value: string) => (value === "draft" ? null : value);
  const address = withQuery(path("/workflows/{}/diff", slot.workflow), {
    from: number(from),
    to: number(to),
  });
  const diff = useApi<Diff>(from === to ? null : address);
  const label = `${optionOf(from)?.label ?? from} and ${optionOf(to)?.label ?? to}`;
  return (
    <>
      <div className="pb-chooser">
        {(["from", "to"] as const).map((side) => (
          <FormField key={side} label={side === "from" ? "From" : "To"}>
            <Select
              selectedOption={optionOf(side === "from" ? from : to)}
              options={options}
              onChange={({ detail }) => onChoose({ [side]: detail.selectedOption.value ?? URL_STATE[side] })}
            />
          </FormField>
        ))}
      </div>
      {from === to ? (
        <EmptyState title="Choose two different ones">Both sides are the same: nothing differs.</EmptyState>
      ) : (
        <Loaded from={diff} what="the difference">
          {(found) => (
            <Difference
              before={found.old_document as JsonObject}
              after={found.new_document as JsonObject}
              label={label}
              connectors={slot.connectors}
              height="max(320px, calc(100vh - 330px))"
            />
          )}
        </Loaded>
      )}
    </>
  );
}

/** One click: it can be taken back with another, and running executions keep their version. */
async function rollBack(
  slot: Slot,
  version: number,
  before: number | null,
  reload: () => Promise<void>,
): Promise<void> {
  try {
    await slot.save();
    const { etag } = await getWorkflow(slot.workflow);
    await rollback(slot.workflow, version, etag);
    await Promise.all([setActive(slot.workflow, version), reload()]);
  } catch (thrown) {
    notifyError(thrown, `Version ${version} is not active`);
    return;
  }
  notify({
    id: "active",
    type: "success",
    header: `Version ${version} is active`,
    content: "New executions run it; those that run keep the version they began with. The draft stays as it is.",
    ...(before === null
      ? {}
      : { action: { text: `Back to version ${before}`, run: () => void rollBack(slot, before, version, reload) } }),
  });
}

/** The version's document becomes the draft: one step, undone like any other. */
async function takeUp(slot: Slot, version: number): Promise<void> {
  try {
    const { document } = await getVersion(slot.workflow, version);
    slot.apply(
      (draft) => (draft.studio === undefined ? document : { ...document, studio: draft.studio }),
      `Take up version ${version}`,
    );
    slot.show("design");
  } catch (thrown) {
    notifyError(thrown, `Version ${version} could not be read`);
  }
}
