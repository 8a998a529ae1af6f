/** One delivery: what arrived and how, what came of it, and what can be done with it. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { path } from "../../api/client";
import { useReason } from "../../api/revealing";
import type { Delivery, DeliveryWhole } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { executionHref } from "../../app/links";
import { ActButton } from "../../ui/ActButton";
import { JsonView } from "../../ui/JsonView";
import { Loaded } from "../../ui/Loaded";
import { NavLink } from "../../ui/NavLink";
import { StatusMark } from "../../ui/StatusMark";
import { Time } from "../../ui/Time";
import { Fact } from "../executions/Fact";
import { Hidden } from "../executions/Hidden";
import { openAsTestInput } from "./testInput";
import { isGivenUp, nameIn, repeatsWords } from "./words";

interface DeliveryDialogProps {
  id: string;
  onOpen: (id: string) => void;
  onClose: () => void;
  onReplay: (delivery: Delivery) => void;
  /** Absent where the active version has no such trigger. */
  onTest: ((value: unknown, facts: unknown) => void) | undefined;
}

export function DeliveryDialog(props: DeliveryDialogProps) {
  const address = path("/deliveries/{}", props.id);
  // Another reason, or none, is another answer.
  return <Whole key={useReason(props.id) ?? ""} address={address} {...props} />;
}

function Whole({ id, address, onOpen, onClose, onReplay, onTest }: DeliveryDialogProps & { address: string }) {
  const found = useApi<DeliveryWhole>(address);
  const delivery = found.data;
  const isThere = delivery !== null && !delivery.hidden && delivery.arrived !== null && delivery.arrived !== undefined;
  const why = isThere ? undefined : whyNotThere(delivery);
  const unusable = { disabled: !isThere, ...(why !== undefined && { disabledReason: why }) };
  return (
    <Modal
      visible
      size="large"
      header={`Delivery ${nameIn(id)}`}
      onDismiss={onClose}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {onTest && delivery && (
              <Button {...unusable} onClick={() => onTest(delivery.arrived, delivery.facts)}>
                Test with this …
              </Button>
            )}
            {delivery && (
              <Button {...unusable} onClick={() => void openAsTestInput(delivery)}>
                Use as test input
              </Button>
            )}
            {delivery && !isGivenUp(delivery.trigger) && (
              <ActButton right="run" onClick={() => onReplay(delivery)}>
                Replay …
              </ActButton>
            )}
            <Button variant="primary" onClick={onClose}>
              Close
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <Loaded from={found} what="the delivery">
        {(data) => (
          <>
            <dl className="ex-details tr-facts">
              <Facts delivery={data} onOpen={onOpen} />
            </dl>
            <Hidden id={id} hidden={data.hidden === true} address={address} what="what arrived" />
            {!data.hidden && <Arrived delivery={data} />}
          </>
        )}
      </Loaded>
    </Modal>
  );
}

function whyNotThere(delivery: DeliveryWhole | null): string | undefined {
  if (delivery === null) return undefined;
  return delivery.hidden ? "What arrived is hidden." : "What arrived is not kept any more.";
}

function Facts({ delivery, onOpen }: { delivery: DeliveryWhole; onOpen: (id: string) => void }) {
  const { replay_of: replayOf } = delivery;
  return (
    <>
      <Fact name="Arrived">
        <Time at={delivery.arrived_at} />
      </Fact>
      <Fact name="Outcome">
        <StatusMark status={delivery.outcome} />
      </Fact>
      {delivery.execution !== null && (
        <Fact name="Execution">
          <NavLink to={executionHref(delivery.execution)}>{nameIn(delivery.execution)}</NavLink>
        </Fact>
      )}
      {delivery.why !== null && <Fact name="Why it started nothing">{delivery.why}</Fact>}
      <Fact name="From">{delivery.source || "–"}</Fact>
      <Fact name="Decided by">{`Version ${delivery.version}`}</Fact>
      <Fact name="Key">
        {delivery.dedupe_key === null ? (
          "none: each arrival is another"
        ) : (
          <span className="mono size-12">{delivery.dedupe_key}</span>
        )}
      </Fact>
      <Fact name="Arrived again">
        {repeatsWords(delivery) || "–"}
        {delivery.repeated_at && (
          <>
            , last <Time at={delivery.repeated_at} format="ago" />
          </>
        )}
      </Fact>
      <Fact name="Key is free again">
        <Time at={delivery.forget_at} />
      </Fact>
      {replayOf !== null && (
        <Fact name="Replays">
          <Button variant="inline-link" onClick={() => onOpen(replayOf)}>
            {nameIn(replayOf)}
          </Button>
        </Fact>
      )}
    </>
  );
}

function Arrived({ delivery }: { delivery: DeliveryWhole }) {
  if (delivery.arrived === null || delivery.arrived === undefined) {
    return <Alert type="info">What arrived is not kept any more.</Alert>;
  }
  const name = nameIn(delivery.id);
  return (
    <SpaceBetween size="s">
      <div>
        <Box variant="h3">What arrived</Box>
        <JsonView value={delivery.arrived} label="What arrived" fileName={`${name}-arrived`} maxHeight="320px" />
      </div>
      <div>
        <Box variant="h3">How it came</Box>
        <JsonView value={delivery.facts ?? {}} label="How it came" open={1} maxHeight="240px" />
      </div>
    </SpaceBetween>
  );
}
