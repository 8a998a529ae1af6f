/** How it goes: what started and how it stands, what fails, what waits, what it costs. Each number leads to its list. */
import "./dashboard.css";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import type { Dashboard, FailureCounts, Waiting, WorkflowCounts } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { executionHref } from "../../app/links";
import { useMe } from "../../app/me";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { Allowed } from "../../ui/Allowed";
import { Loaded } from "../../ui/Loaded";
import { NavLink } from "../../ui/NavLink";
import { StatusMark } from "../../ui/StatusMark";
import { Time } from "../../ui/Time";
import { Bars } from "./Bars";
import { Ends } from "./Ends";
import {
  ageWords,
  countWords,
  FAILED,
  listOf,
  moneyWords,
  OPEN,
  SPANS,
  STOPPED,
  since,
  totalOf,
  waitingWords,
} from "./words";

const FILTERS = { hours: "24" };

export default function DashboardPage() {
  usePage({ title: "Dashboard", crumbs: [{ text: "Dashboard" }] });
  return (
    <Allowed right="look" what="the dashboard">
      <Spans />
    </Allowed>
  );
}

function Spans() {
  const [{ hours }, setFilters] = useUrlState(FILTERS);
  const span = SPANS.find(({ id }) => id === hours) ?? SPANS[1];
  const found = useApi<Dashboard>(`/dashboard?hours=${span?.id ?? "24"}`, { poll: span?.pollMs ?? null });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description="An execution counts at the time when it started, and under Ends when it ended. Links lead to the executions behind a number."
        actions={
          <SegmentedControl
            label="Of which time"
            selectedId={span?.id ?? "24"}
            options={SPANS.map(({ id, text }) => ({ id, text }))}
            onChange={({ detail }) => setFilters({ hours: detail.selectedId })}
          />
        }
      >
        Dashboard
      </Header>
      <Loaded from={found} what="the dashboard">
        {(data) => (
          <SpaceBetween size="l">
            <Facts data={data} />
            <Grid gridDefinition={[{ colspan: { default: 12, m: 6 } }, { colspan: { default: 12, m: 6 } }]}>
              <Runs data={data} />
              <Ends data={data} />
            </Grid>
            <Grid gridDefinition={[{ colspan: { default: 12, m: 6 } }, { colspan: { default: 12, m: 6 } }]}>
              <SpaceBetween size="l">
                <Failures data={data} />
                <Oldest data={data} />
                <Cost data={data} />
              </SpaceBetween>
              <Workflows data={data} />
            </Grid>
          </SpaceBetween>
        )}
      </Loaded>
    </SpaceBetween>
  );
}

function Facts({ data }: { data: Dashboard }) {
  const total = (what: "started" | "succeeded" | "failed" | "stopped" | "open") => countWords(totalOf(data.bars, what));
  const from = since(data);
  const { waiting, oldest_seconds: age } = data.queue;
  return (
    <Container>
      <dl className="db-facts">
        <Figure name="Started" to={listOf(from)} value={total("started")} />
        <Figure name="Succeeded" to={listOf({ ...from, status: "SUCCEEDED" })} value={total("succeeded")} />
        <Figure name="Failed" to={listOf({ ...from, status: FAILED })} value={total("failed")} />
        <Figure name="Stopped" to={listOf({ ...from, status: STOPPED })} value={total("stopped")} />
        <Figure name="Still open" to={listOf({ ...from, status: OPEN })} value={total("open")} />
        <Figure name="Waiting for a worker" to={listOf({ status: "RUNNING" })} value={waitingWords(waiting)} />
        <Figure name="Longest wait" to={listOf({ status: "RUNNING" })} value={ageWords(age)} />
      </dl>
      {data.counted_until !== null && (
        <Box color="text-body-secondary" fontSize="body-s">
          Counted up to <Time at={data.counted_until} />. CloudWatch has the age of a stage's queue.
        </Box>
      )}
    </Container>
  );
}

function Figure({ name, value, to }: { name: string; value: string; to: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <NavLink to={to} fontSize="heading-l" ariaLabel={`${value} ${name}`}>
          {value}
        </NavLink>
      </dd>
    </div>
  );
}

function Runs({ data }: { data: Dashboard }) {
  return (
    <Container header={<Header variant="h2">Starts, and how they stand</Header>}>
      <SpaceBetween size="s">
        <Bars label="Starts over time" bars={data.bars} what="runs" />
        <div className="db-legend">
          {(["succeeded", "failed", "stopped", "open"] as const).map((part) => (
            <span key={part}>
              <i className={`db-${part}`} />
              {part}
            </span>
          ))}
        </div>
      </SpaceBetween>
    </Container>
  );
}

function Failures({ data }: { data: Dashboard }) {
  const from = since(data);
  const isWide = useIsWide(600);
  return (
    <Small
      title="Failures by error"
      empty="Nothing failed."
      items={data.failures}
      rowOf={(row) => [row.workflow, row.error ?? row.status].join(" ")}
      columns={[
        [
          "Error",
          (row) => (
            <>
              {errorOf(row)}
              {!isWide && <div className="dim">{row.workflow || "others"}</div>}
            </>
          ),
          150,
        ],
        ...(isWide ? [["Workflow", (row: FailureCounts) => row.workflow || "others", 100] as const] : []),
        [
          "Times",
          (row) => (
            <NavLink
              to={listOf({ ...from, workflow: row.workflow, status: row.status, error: row.error ?? "" })}
              ariaLabel={`${countWords(row.number)} of ${row.workflow}, ${row.error ?? row.status}`}
            >
              {countWords(row.number)}
            </NavLink>
          ),
        ],
      ]}
    />
  );
}

/** Without a name those that have none, and those whose errors were not looked at. */
const errorOf = ({ error, status }: FailureCounts) =>
  error ?? (
    <>
      <StatusMark status={status} /> <span className="dim">no error name, or not looked at</span>
    </>
  );

function Workflows({ data }: { data: Dashboard }) {
  const from = since(data);
  const isWide = useIsWide(600);
  const link = (workflow: string, name: string, count: number, status: string) => (
    <NavLink to={listOf({ ...from, workflow, status })} ariaLabel={`${countWords(count)} ${name} of ${workflow}`}>
      {countWords(count)}
    </NavLink>
  );
  const openOf = (row: WorkflowCounts) => link(row.workflow, "open", row.open, OPEN);
  return (
    <Small
      title="By workflow"
      empty="Nothing started."
      items={data.workflows}
      rowOf={(row) => row.workflow}
      columns={[
        [
          "Workflow",
          (row) => (
            <>
              {row.workflow || "others"}
              {!isWide && row.open > 0 && <div className="dim">{openOf(row)} open</div>}
            </>
          ),
          96,
        ],
        ["Started", (row) => link(row.workflow, "started", row.started, "")],
        ["Failed", (row) => link(row.workflow, "failed", row.failed, FAILED)],
        ...(isWide ? [["Ended", (row: WorkflowCounts) => countWords(row.ended)] as const] : []),
        ...(isWide ? [["Open", openOf] as const] : []),
        ...(isWide
          ? [
              [
                "Cost",
                (row: WorkflowCounts) => <span className="nowrap">{row.usd === null ? "–" : moneyWords(row.usd)}</span>,
                118,
              ] as const,
            ]
          : []),
      ]}
    />
  );
}

function Oldest({ data }: { data: Dashboard }) {
  const isWide = useIsWide(600);
  return (
    <Small
      title="Open longest"
      empty="Nothing is open."
      items={data.oldest}
      rowOf={(row) => row.execution}
      columns={[
        [
          "Execution",
          (row) => (
            <>
              <NavLink to={executionHref(row.execution)}>{row.execution}</NavLink>
              {!isWide && (
                <div>
                  <StatusMark status={row.status} />
                </div>
              )}
            </>
          ),
          150,
        ],
        ...(isWide ? [["Status", (row: Waiting) => <StatusMark status={row.status} />] as const] : []),
        ["Since", (row) => <Time at={row.started_at} format="ago" />],
      ]}
    />
  );
}

function Cost({ data }: { data: Dashboard }) {
  const me = useMe();
  const where = me === null || me.stage === "local" ? "What it would cost on AWS" : "What it costs";
  const days = data.hours / 24;
  const total = totalOf(data.bars, "usd");
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`${where}, by the estimate of each workflow (automate cost). To delete them after their term costs ${moneyWords(data.usd_deletion)} more.`}
        >
          {`Cost: ${moneyWords(total)}${days > 1 ? `, ${moneyWords(total / days)} a day` : ""}`}
        </Header>
      }
    >
      <Bars label="Cost over time" bars={data.bars} what="cost" />
    </Container>
  );
}

interface SmallProps<T> {
  title: string;
  empty: string;
  items: T[];
  rowOf: (item: T) => string;
  /** With the least width where it is a name: broken within a word nobody reads it. */
  columns: readonly (readonly [string, (item: T) => ReactNode, number?])[];
}

function Small<T>({ title, empty, items, rowOf, columns }: SmallProps<T>) {
  return (
    <Table
      variant="container"
      wrapLines
      contentDensity="compact"
      header={<Header variant="h2">{title}</Header>}
      items={items}
      trackBy={rowOf}
      ariaLabels={{ tableLabel: title }}
      empty={<Box color="text-body-secondary">{empty}</Box>}
      columnDefinitions={columns.map(([header, cell, least], number) => ({
        id: header,
        header,
        isRowHeader: number === 0,
        minWidth: least ?? 52,
        cell: (item: T) => <span className="breaks">{cell(item)}</span>,
      }))}
    />
  );
}
