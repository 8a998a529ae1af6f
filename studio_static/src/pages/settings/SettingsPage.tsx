/** How this folder or stage is set: what is kept how long, what workflows say for themselves, and how each is changed. */
import "../executions/executions.css";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { Heard, Settings, Storage, Watch, WorkflowSettings } from "../../api/schema";
import { type Fetched, useApi } from "../../api/useApi";
import { workflowHref } from "../../app/links";
import { useMay, useMe } from "../../app/me";
import { usePage } from "../../app/page";
import { useIsWide } from "../../app/useWidth";
import { Allowed } from "../../ui/Allowed";
import { Loaded } from "../../ui/Loaded";
import { NavLink } from "../../ui/NavLink";
import { Skeleton } from "../../ui/Skeleton";
import { Fact } from "../executions/Fact";
import { Group } from "./Group";
import { Kept } from "./Kept";
import { alertWords, budgetWords, GROUPS, ownDaysWords } from "./words";

export default function SettingsPage() {
  usePage({ title: "Settings", crumbs: [{ text: "Settings" }] });
  return (
    <Allowed right="look" what="the settings">
      <All />
    </Allowed>
  );
}

function All() {
  const settings = useApi<Settings>("/settings");
  const storage = useApi<Storage>("/storage");
  // Together: what came later would push the rest down.
  const isHere = [settings, storage].every(({ data, error }) => data !== null || error !== null);
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description="What holds here. A setting is changed where the processes get their environment, a workflow's own in the designer."
      >
        Settings
      </Header>
      {isHere ? <Known settings={settings} storage={storage} /> : <Skeleton what="the settings" rows={16} />}
    </SpaceBetween>
  );
}

function Known({ settings, storage }: { settings: Fetched<Settings>; storage: Fetched<Storage> }) {
  return (
    <SpaceBetween size="l">
      <Kept storage={storage} />
      <Loaded from={settings} what="the settings">
        {(data) => (
          <SpaceBetween size="l">
            <Workflows own={data.workflows} />
            {GROUPS.map(({ id, title, description }) => (
              <Group
                key={id}
                title={title}
                description={description}
                settings={data.settings.filter(({ group }) => group === id)}
              />
            ))}
            <Hears heard={data.heard} />
          </SpaceBetween>
        )}
      </Loaded>
      <Version />
    </SpaceBetween>
  );
}

const WIDE: readonly { id: string; header: string; minWidth: number; cell: (own: WorkflowSettings) => string }[] = [
  { id: "kept", header: "Kept", minWidth: 70, cell: ({ retention_days: days }) => ownDaysWords(days) },
  { id: "budget", header: "Budget", minWidth: 90, cell: ({ budgets }) => budgetWords(budgets) },
  { id: "alerts", header: "Alerts", minWidth: 70, cell: ({ alerts }) => alertWords(alerts) },
];

function Says(own: WorkflowSettings) {
  return WIDE.map(({ id, header, cell }) => <div key={id}>{`${header}: ${cell(own)}`}</div>);
}

function Workflows({ own }: { own: WorkflowSettings[] }) {
  const isWide = useIsWide(700);
  const leads = `${useMay("edit") ? "Change" : "See"} in the designer`;
  const change = (name: string) => (
    <NavLink to={workflowHref(name)} ariaLabel={`${leads}: ${name}`}>
      {leads}
    </NavLink>
  );
  return (
    <Table
      variant="container"
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${own.length})`}
          description="What a workflow's document says for itself, in its active version. The settings hold for the rest."
        >
          By workflow
        </Header>
      }
      items={own}
      trackBy="workflow"
      ariaLabels={{ tableLabel: "Settings by workflow" }}
      empty={<Box color="text-body-secondary">No workflow says anything else.</Box>}
      columnDefinitions={[
        {
          id: "workflow",
          header: "Workflow",
          isRowHeader: true,
          minWidth: 120,
          cell: ({ workflow, version }) => (
            <div>
              {workflow}
              <div className="dim">{`version ${version}`}</div>
              {!isWide && change(workflow)}
            </div>
          ),
        },
        ...(isWide ? WIDE : [{ id: "says", header: "Says", minWidth: 110, cell: Says }]),
        ...(isWide
          ? [
              {
                id: "change",
                header: <span className="visually-hidden">Change</span>,
                minWidth: 170,
                cell: ({ workflow }: WorkflowSettings) => change(workflow),
              },
            ]
          : []),
      ]}
    />
  );
}

function Hears({ heard }: { heard: Heard | null }) {
  const me = useMe();
  const none = "–";
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            heard === null
              ? "One machine hears its webhooks, schedules, folders and forms, and what is put there by automate events put."
              : "What of its AWS account reaches triggers. It is changed by the deployment: -c hears=…"
          }
        >
          {heard === null ? "What is heard" : "What the stage hears"}
        </Header>
      }
      disableContentPaddings={heard !== null}
    >
      {heard !== null && (
        <dl className="ex-details">
          <Fact name="Event buses">{heard.buses.join(", ") || none}</Fact>
          <Fact name="Queues">{heard.queues.join(", ") || none}</Fact>
          <Fact name="Buckets">{heard.buckets.join(", ") || none}</Fact>
          <Fact name="Ends of its own executions">
            {heard.ends ? "yes: alerts are told" : "no: alerts hear nothing"}
          </Fact>
          {me !== null && me.stage !== "local" && <Alarms />}
        </dl>
      )}
    </Container>
  );
}

function Alarms() {
  const { data } = useApi<Watch>("/alarms");
  if (data === null || !data.watched) return null;
  const loud = data.alarms.filter(({ state }) => state === "ALARM").map(({ name }) => name);
  const heard = data.topics.reduce((sum, { confirmed }) => sum + (confirmed ?? 0), 0);
  return (
    <>
      <Fact name="Alarms">{loud.length > 0 ? `in alarm: ${loud.join(", ")}` : `${data.alarms.length}, all quiet`}</Fact>
      <Fact name="Who hears them">{heard === 0 ? "nobody: automate doctor says how" : `${heard} subscriptions`}</Fact>
    </>
  );
}

function Version() {
  const me = useMe();
  if (me === null) return null;
  return (
    <Container header={<Header variant="h2">Version</Header>} disableContentPaddings>
      <dl className="ex-details">
        <Fact name="Automate">{me.product_version}</Fact>
        <Fact name="Built from">{me.commit === null ? "not known" : <code>{me.commit.slice(0, 12)}</code>}</Fact>
        <Fact name="Where">
          {[me.stage === "local" ? "one machine" : me.stage, me.region].filter(Boolean).join(", ")}
        </Fact>
        <Fact name="Workspace">{me.workspace}</Fact>
        {me.workers !== null && <Fact name="Workers">{`${me.workers}`}</Fact>}
      </dl>
    </Container>
  );
}
