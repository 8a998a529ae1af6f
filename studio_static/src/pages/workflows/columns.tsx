/** The columns of the list of workflows. */
import Badge from "@cloudscape-design/components/badge";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Toggle from "@cloudscape-design/components/toggle";
import { path, post } from "../../api/client";
import type { Workflow } from "../../api/schema";
import { tell } from "../../app/flash";
import { executionHref, followClick, go, workflowHref } from "../../app/links";
import { denied, useWhyNot } from "../../app/me";
import { usePreferences } from "../../app/preferences";
import type { Columns } from "../../ui/ListPage";
import { NavLink } from "../../ui/NavLink";
import { StatusMark } from "../../ui/StatusMark";
import { Time } from "../../ui/Time";
import { formatAgo } from "../../ui/time";
import type { Doing } from "./look";
import { tagText } from "./look";

interface Given {
  onDo: (doing: Doing) => void;
  onChanged: () => Promise<void>;
  archived: boolean;
  /** Room for tags and times. */
  isWide: boolean;
  /** A phone's: the version and the last runs stand below the name. */
  isNarrow: boolean;
}

export function columnsOf(given: Given): Columns<Workflow> {
  return [
    {
      id: "name",
      header: "Name",
      cell: (workflow) => <Name workflow={workflow} isNarrow={given.isNarrow} />,
      isRowHeader: true,
      minWidth: given.isNarrow ? 130 : 160,
    },
    !given.isNarrow && {
      id: "version",
      header: "Version",
      cell: (workflow) => <Versions workflow={workflow} />,
      width: 190,
    },
    !given.isNarrow && {
      id: "runs",
      header: "Last runs",
      cell: (workflow) => <LastRuns workflow={workflow} />,
      width: 140,
    },
    !given.archived && {
      id: "on",
      header: "On",
      cell: (workflow) => <OnOff workflow={workflow} {...given} />,
      width: given.isNarrow ? 110 : 190,
      minWidth: given.isNarrow ? 110 : 120,
    },
    given.isWide && { id: "tags", header: "Tags", cell: (workflow) => <Tags workflow={workflow} />, width: 160 },
    given.isWide && {
      id: "updated",
      header: "Changed",
      cell: (workflow) => <Changed workflow={workflow} />,
      width: 150,
    },
    {
      id: "more",
      header: <span className="visually-hidden">Actions</span>,
      cell: (workflow) => <More workflow={workflow} {...given} />,
      width: 68,
    },
  ];
}

function Name({ workflow, isNarrow }: { workflow: Workflow; isNarrow: boolean }) {
  return (
    <div className="workflow-name">
      <div className="one-line" title={workflow.name}>
        <NavLink to={workflowHref(workflow.name)}>{workflow.name}</NavLink>
      </div>
      {workflow.kind === "EXPRESS" && <div className="size-12 dim">Express</div>}
      {workflow.description && (
        <div className="one-line soft" title={workflow.description}>
          {workflow.description}
        </div>
      )}
      {isNarrow && (
        <>
          <Versions workflow={workflow} />
          <LastRuns workflow={workflow} />
        </>
      )}
    </div>
  );
}

function Versions({ workflow }: { workflow: Workflow }) {
  return (
    <div className="row wraps gap-8">
      {workflow.active_version === null ? (
        <Badge color="grey">Never published</Badge>
      ) : (
        <Badge color="green">{`v${workflow.active_version} active`}</Badge>
      )}
      {workflow.active_version !== null && workflow.has_unpublished_changes && (
        <span className="size-13 warn">Draft differs</span>
      )}
    </div>
  );
}

/** The oldest at the left, as time runs. */
function LastRuns({ workflow }: { workflow: Workflow }) {
  const clock = usePreferences((state) => state.clock);
  if (workflow.last_runs.length === 0) return <span className="dim">None yet</span>;
  return (
    <ul className="plain-list last-runs flex gap-4" aria-label={`Last runs of ${workflow.name}`}>
      {[...workflow.last_runs].reverse().map((run) => (
        <li key={run.id}>
          <a href={executionHref(run.id)} onClick={followClick}>
            <StatusMark
              status={run.status}
              markOnly
              detail={run.started_at ? `started ${formatAgo(run.started_at, Date.now(), clock)}` : ""}
            />
          </a>
        </li>
      ))}
    </ul>
  );
}

function OnOff({ workflow, onDo, onChanged }: { workflow: Workflow } & Given) {
  const why = useWhyNot("operate");
  if (workflow.active_version === null) return <span className="dim">Publish it first</span>;
  const { paused } = workflow;
  const resume = async () => {
    await post(path("/workflows/{}/resume", workflow.name));
    return `${workflow.name} is on again. What waited has begun.`;
  };
  const switchOn = () => tell(resume, `${workflow.name} could not be switched on`).then(onChanged);
  return (
    <div className="row gap-10">
      <Toggle
        checked={paused === null}
        disabled={why !== undefined}
        ariaLabel={`${workflow.name} takes new work`}
        onChange={({ detail }) => (detail.checked ? void switchOn() : onDo({ what: "pause", workflow }))}
      >
        {paused === null ? "On" : "Paused"}
      </Toggle>
      {why !== undefined && <span className="visually-hidden">{why}</span>}
      {paused && <div className="dim">{paused.starts === "queue" ? "Starts wait" : "Starts refused"}</div>}
    </div>
  );
}

function Tags({ workflow }: { workflow: Workflow }) {
  const tags = Object.entries(workflow.tags);
  if (tags.length === 0) return <span className="dim">–</span>;
  return (
    <div className="flex wraps gap-4">
      {tags.map(([name, value]) => (
        <span key={name} className="tag">
          {tagText(name, value)}
        </span>
      ))}
    </div>
  );
}

function Changed({ workflow }: { workflow: Workflow }) {
  return (
    <div>
      <Time at={workflow.updated_at} format="ago" />
      <div className="dim">{workflow.updated_by && `by ${workflow.updated_by}`}</div>
    </div>
  );
}

function More({ workflow, onDo, onChanged, archived }: { workflow: Workflow } & Given) {
  const unarchive = async () => {
    await post(path("/workflows/{}/unarchive", workflow.name));
    return `${workflow.name} is in use again.`;
  };
  const [whyNotEdit, whyNotPublish, whyNotAudit] = [useWhyNot("edit"), useWhyNot("publish"), useWhyNot("audit")];
  const act = (id: string) => {
    if (id === "open") go(workflowHref(workflow.name));
    if (id === "executions") go(`/executions/?workflow=${encodeURIComponent(workflow.name)}`);
    if (id === "audit") go(`/audit/?workflow=${encodeURIComponent(workflow.name)}`);
    if (id === "duplicate") onDo({ what: "duplicate", workflow });
    if (id === "archive") onDo({ what: "archive", workflow });
    if (id === "unarchive") void tell(unarchive, `${workflow.name} could not be taken back`).then(onChanged);
  };
  return (
    <ButtonDropdown
      variant="icon"
      expandToViewport
      ariaLabel={`Actions for ${workflow.name}`}
      items={[
        { id: "open", text: "Open in the designer" },
        { id: "executions", text: "Executions" },
        ...(whyNotAudit === undefined ? [{ id: "audit", text: "Audit log" }] : []),
        { id: "duplicate", text: "Duplicate …", ...denied(whyNotEdit) },
        {
          id: "export",
          text: "Export",
          href: path("/workflows/{}/export", workflow.name),
          external: true,
          externalIconAriaLabel: "opens in a new tab",
        },
        archived
          ? { id: "unarchive", text: "Take back from the archive", ...denied(whyNotPublish) }
          : { id: "archive", text: "Archive …", ...denied(whyNotPublish) },
      ]}
      onItemClick={({ detail }) => act(detail.id)}
    />
  );
}
