/** One trigger: how it stands, and what arrived at it with what came of each. */
import "../executions/executions.css";
import "./triggers.css";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { path } from "../../api/client";
import type { Delivery, Trigger } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { executionHref, workflowHref } from "../../app/links";
import { usePage } from "../../app/page";
import { usePreferences } from "../../app/preferences";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { ActButton } from "../../ui/ActButton";
import { EmptyState } from "../../ui/EmptyState";
import { type Columns, ListPage } from "../../ui/ListPage";
import { NavLink } from "../../ui/NavLink";
import { Problem } from "../../ui/Problem";
import { StatusMark } from "../../ui/StatusMark";
import { formatTime } from "../../ui/time";
import { Fact } from "../executions/Fact";
import { DeliveryDialog } from "./DeliveryDialog";
import { FormButton, LinkButton } from "./LinkButton";
import { PauseButton } from "./PauseButton";
import { ReplayDialog } from "./ReplayDialog";
import { Address, NextTime, Standing } from "./Standing";
import { TestDialog } from "./TestDialog";
import { TypeMark } from "./TypeMark";
import { useDeliveries } from "./useDeliveries";
import { isGivenUp, nameIn, repeatsWords } from "./words";

const POLL_MS = 10_000;
const IN_URL = { delivery: "" };

/** What a test of it begins with: of a delivery, or nothing. */
interface Testing {
  value: unknown;
  facts: unknown;
}

export default function TriggerPage({ workflow, trigger: name }: { workflow: string; trigger: string }) {
  const label = `${workflow}/${name}`;
  usePage({ title: label, crumbs: [{ text: "Triggers", href: "/triggers/" }, { text: label }], contentType: "table" });
  const found = useApi<Trigger>(path("/triggers/{}/{}", workflow, name), { poll: POLL_MS });
  const deliveries = useDeliveries(workflow, name);
  const [{ delivery }, setUrl] = useUrlState(IN_URL);
  const isWide = useIsWide(1200);
  const isNarrow = !useIsWide(700);
  const [testing, setTesting] = useState<Testing | null>(null);
  const [replaying, setReplaying] = useState<Delivery | null>(null);
  const trigger = found.data;
  const isGone = found.error?.status === 404;
  /** None of these alerts was given up: that is no error. */
  const isQuiet = isGivenUp(name) && deliveries.error?.status === 404;
  const open = (id: string) => setUrl({ delivery: id });
  if (trigger === null && found.error !== null && !isGone) {
    return (
      <SpaceBetween size="m">
        <Header variant="h1">{label}</Header>
        <Problem error={found.error} what={`the trigger ${label}`} onRetry={() => void found.reload()} />
      </SpaceBetween>
    );
  }
  return (
    <>
      <ListPage<Delivery>
        title={label}
        description="What arrived, the newest first, and what came of it. The list keeps itself up to date."
        onLookAgain={deliveries.reload}
        actions={
          trigger && (
            <SpaceBetween direction="horizontal" size="xs">
              {trigger.type === "form" && <FormButton trigger={trigger} />}
              {trigger.type === "form" && <LinkButton trigger={trigger} />}
              <PauseButton trigger={trigger} onDone={() => void found.reload()} />
              <Button variant="primary" onClick={() => setTesting({ value: {}, facts: {} })}>
                Test a delivery …
              </Button>
            </SpaceBetween>
          )
        }
        above={
          <SpaceBetween size="s">
            {trigger && <Facts trigger={trigger} />}
            {isGone && !isQuiet && (
              <Alert type="info">
                <Gone workflow={workflow} name={name} />
              </Alert>
            )}
          </SpaceBetween>
        }
        wrapLines
        items={deliveries.rows}
        trackBy="id"
        ariaLabels={{ tableLabel: "Deliveries" }}
        columns={columns(isWide, isNarrow, open, setReplaying)}
        what="the deliveries"
        from={isQuiet ? { ...deliveries, error: null } : deliveries}
        noMatch={null}
        onShowAll={() => undefined}
        footer={
          deliveries.hasMore && (
            <Box textAlign="center">
              <Button loading={deliveries.loadingMore} onClick={() => void deliveries.more()}>
                Show older deliveries
              </Button>
            </Box>
          )
        }
      >
        {isQuiet ? (
          <EmptyState title="None of these alerts was given up">
            {`An alert of ${workflow} that nobody took is listed here, with the reason.`}
          </EmptyState>
        ) : (
          <EmptyState title="Nothing arrived yet">
            Each arrival is listed here, also one that starts nothing, with the reason.
          </EmptyState>
        )}
      </ListPage>
      {delivery !== "" && (
        <DeliveryDialog
          key={delivery}
          id={delivery}
          onOpen={open}
          onClose={() => setUrl({ delivery: "" })}
          onReplay={(row) => {
            setUrl({ delivery: "" });
            setReplaying(row);
          }}
          onTest={
            trigger === null
              ? undefined
              : (value, facts) => {
                  setUrl({ delivery: "" });
                  setTesting({ value, facts });
                }
          }
        />
      )}
      {testing !== null && trigger !== null && (
        <TestDialog trigger={trigger} {...testing} onClose={() => setTesting(null)} />
      )}
      {replaying !== null && (
        <ReplayDialog
          delivery={replaying}
          onClose={() => setReplaying(null)}
          onDone={(id) => {
            setReplaying(null);
            void deliveries.reload();
            open(id);
          }}
        />
      )}
    </>
  );
}

/** Of a name that is no trigger of the active version. */
function Gone({ workflow, name }: { workflow: string; name: string }) {
  const link = <NavLink to={workflowHref(workflow)}>{workflow}</NavLink>;
  if (isGivenUp(name)) return <>These alerts of {link} were given up: nobody took them, and they are not sent again.</>;
  if (name === "alert") return <>Alerts of other workflows start {link}. It needs no trigger for them.</>;
  return <>The active version of {link} has no such trigger. What arrived at it before is kept.</>;
}

function Facts({ trigger }: { trigger: Trigger }) {
  return (
    <dl className="ex-details tr-facts">
      <Fact name="Type">
        <TypeMark type={trigger.type} />
      </Fact>
      <Fact name="State">
        <Standing trigger={trigger} />
      </Fact>
      <Fact name="Starts">
        <NavLink to={workflowHref(trigger.workflow)}>{`${trigger.workflow} v${trigger.version}`}</NavLink>
      </Fact>
      <Fact name="Listens to">{trigger.says}</Fact>
      {trigger.address && (
        <Fact name="Address">
          <Address path={trigger.address} url={trigger.url} />
        </Fact>
      )}
      {trigger.next_at && (
        <Fact name="Comes next">
          <NextTime at={trigger.next_at} />
        </Fact>
      )}
    </dl>
  );
}

/** On a phone the outcome and its reason stand below the time. */
function columns(
  isWide: boolean,
  isNarrow: boolean,
  onOpen: (id: string) => void,
  onReplay: (delivery: Delivery) => void,
): Columns<Delivery> {
  return [
    {
      id: "at",
      header: "Arrived",
      width: 190,
      minWidth: 150,
      isRowHeader: true,
      cell: (row) => (
        <div>
          <OpenButton row={row} onOpen={onOpen} />
          {row.replay_of && <div className="dim">replayed</div>}
          {isNarrow && (
            <>
              <StatusMark status={row.outcome} />
              <div className="breaks">
                <Outcome row={row} />
              </div>
              <div className="dim">{repeatsWords(row)}</div>
            </>
          )}
        </div>
      ),
    },
    !isNarrow && {
      id: "outcome",
      header: "Outcome",
      width: 140,
      cell: (row: Delivery) => (
        <div>
          <StatusMark status={row.outcome} />
          {!isWide && <div className="dim">{repeatsWords(row)}</div>}
        </div>
      ),
    },
    !isNarrow && {
      id: "why",
      header: "Why, or what it started",
      minWidth: 220,
      cell: (row: Delivery) => <Outcome row={row} />,
    },
    isWide && {
      id: "again",
      header: "Arrived again",
      width: 150,
      cell: (row) => repeatsWords(row) || "–",
    },
    isWide && {
      id: "source",
      header: "From",
      width: 150,
      cell: (row) => <span className="breaks">{row.source || "–"}</span>,
    },
    {
      id: "act",
      header: <span className="visually-hidden">Actions</span>,
      width: 120,
      minWidth: 120,
      cell: (row) =>
        !isGivenUp(row.trigger) && (
          <ActButton
            right="run"
            variant="inline-link"
            ariaLabel={`Replay ${nameIn(row.id)}`}
            onClick={() => onReplay(row)}
          >
            Replay …
          </ActButton>
        ),
    },
  ];
}

function OpenButton({ row, onOpen }: { row: Delivery; onOpen: (id: string) => void }) {
  const clock = usePreferences((state) => state.clock);
  const at = row.arrived_at === null ? "" : formatTime(row.arrived_at, clock, "table");
  return (
    <Button variant="inline-link" ariaLabel={`${at}: open ${nameIn(row.id)}`} onClick={() => onOpen(row.id)}>
      <span className="tabular">{at}</span>
    </Button>
  );
}

function Outcome({ row }: { row: Delivery }) {
  if (row.execution !== null) return <NavLink to={executionHref(row.execution)}>{nameIn(row.execution)}</NavLink>;
  return <span className="breaks">{row.why ?? "–"}</span>;
}
