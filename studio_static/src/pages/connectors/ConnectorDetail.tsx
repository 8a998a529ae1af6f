/** One connector: what it is, and every action with its fields. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Action, CallLimits } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { Time } from "../../ui/Time";
import { ConnectorIcon } from "./ConnectorIcon";
import { type Field, fieldsOf } from "./schema";
import type { Shown } from "./shown";

export function ConnectorDetail({ connector }: { connector: Shown }) {
  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header variant="h2" description={connector.description}>
            <span className="inline-row gap-12">
              <ConnectorIcon code={connector.code} icon={connector.icon} size={24} />
              {connector.name}
            </span>
          </Header>
        }
      >
        {connector.problem ? (
          <Alert type="warning" header="It is not ready">
            {connector.problem}
          </Alert>
        ) : (
          <Box color="text-body-secondary">
            {`${connector.actions.length} action${connector.actions.length === 1 ? "" : "s"}. `}
            In a definition: <span className="mono">{`connector:${connector.code}:ACTION`}</span>
          </Box>
        )}
      </Container>
      <Limits code={connector.code} />
      {connector.actions.map((action) => (
        <ActionCard key={action.resource} action={action} />
      ))}
    </SpaceBetween>
  );
}

/** How the accounts of a service stand that has a rate limit or was in trouble: which are left alone, until when. */
function Limits({ code }: { code: string }) {
  const limits = useApi<CallLimits>("/connectors/limits").data?.limits.filter(({ service }) => service === code) ?? [];
  if (limits.length === 0) return null;
  return (
    <Container header={<Header variant="h3">Limits</Header>}>
      <ul className="plain-list">
        {limits.map(({ secrets, requests, per_seconds, next_at }) => (
          <li key={`${secrets.join()} ${requests} ${per_seconds}`}>
            {secrets.length > 0 && <span className="mono">{`${secrets.join(", ")} `}</span>}
            {requests === null ? "no limit, next call " : `${requests} in ${per_seconds} s, next call `}
            {next_at === null ? "now" : <Time at={next_at} format="table" />}
          </li>
        ))}
      </ul>
    </Container>
  );
}

function ActionCard({ action }: { action: Action }) {
  return (
    <div id={`action-${action.name}`} className="connector-action">
      <Container
        header={
          <Header variant="h3" headingTagOverride="h3" description={action.description}>
            {action.name}
          </Header>
        }
      >
        <SpaceBetween size="s">
          <div className="action-facts row wraps">
            <CopyToClipboard
              variant="inline"
              textToCopy={action.resource}
              textToDisplay={action.resource}
              copyButtonAriaLabel={`Copy ${action.resource}`}
              copySuccessText="Copied"
              copyErrorText="Could not be copied"
            />
            <span className={`size-13 ${action.kind === "read" ? "ok" : "warn"}`}>
              {action.kind === "read" ? "Reads: a test may really call it" : "Writes: a test mocks it"}
            </span>
            {action.waits && <span className="tag">Waits for an answer</span>}
            {action.at_most_once && <span className="tag">At most once: never retried by itself</span>}
          </div>
          <Fields action={action.name} title="Takes" schema={action.inputs} />
          <Fields action={action.name} title="Gives" schema={action.outputs} />
        </SpaceBetween>
      </Container>
    </div>
  );
}

interface FieldsProps {
  action: string;
  title: string;
  schema: Record<string, unknown>;
}

function Fields({ action, title, schema }: FieldsProps) {
  const rows = fieldsOf(schema);
  if (rows.length === 0) {
    return (
      <div>
        <Box variant="awsui-key-label">{title}</Box>
        <Box color="text-body-secondary">Nothing.</Box>
      </div>
    );
  }
  return (
    <ExpandableSection headerText={title} headerCounter={`(${rows.length})`} defaultExpanded variant="inline">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="scrolls" tabIndex={0} aria-label={`${action}, ${title}: fields`}>
        <table className="fields">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Type</th>
              <th scope="col">What it is</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <FieldRow key={row.name} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    </ExpandableSection>
  );
}

function FieldRow({ row }: { row: Field }) {
  return (
    <tr>
      <th scope="row" style={{ paddingLeft: row.depth * 16 }}>
        <span className="mono">{row.name}</span>
        {row.required && <span className="field-required size-12 bad">required</span>}
      </th>
      <td>{row.type}</td>
      <td>
        {row.description}
        {row.limits && <div className="dim">{row.limits}</div>}
      </td>
    </tr>
  );
}
