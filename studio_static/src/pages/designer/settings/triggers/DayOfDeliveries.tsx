/** What arrived at the published trigger within a day, and what came of it; each can be the input of a test. */
import { get, path, withQuery } from "../../../../api/client";
import type { DeliveryList, DeliveryWhole } from "../../../../api/schema";
import { useApi } from "../../../../api/useApi";
import { notifyError } from "../../../../app/flash";
import { anyHref, deliveryHref, triggerHref } from "../../../../app/links";
import { StatusMark } from "../../../../ui/StatusMark";
import { Time } from "../../../../ui/Time";
import { openAsTestInput } from "../../../triggers/testInput";
import { nameIn } from "../../../triggers/words";
import { Part, TextButton } from "../../forms/controls";
import { dayWords, ofLastDay } from "./day";

const MOST = 100;
const SHOWN = 5;

interface DayProps {
  workflow: string;
  trigger: string;
  onClose: () => void;
}

export function DayOfDeliveries({ workflow, trigger, onClose }: DayProps) {
  const address = withQuery(path("/triggers/{}/{}/deliveries", workflow, trigger), { limit: MOST });
  const { data } = useApi<DeliveryList>(trigger === "" ? null : address);
  if (data === null) return null;
  const rows = ofLastDay(data.deliveries, Date.now());
  const summary = dayWords(rows, data.next_token !== null && rows.length === MOST);
  const take = async (id: string) => {
    try {
      const whole = await get<DeliveryWhole>(path("/deliveries/{}", id));
      if (whole.hidden || whole.arrived === null || whole.arrived === undefined) {
        window.open(anyHref(deliveryHref(workflow, trigger, id)), "_blank", "noopener");
        return;
      }
      onClose();
      await openAsTestInput(whole);
    } catch (thrown) {
      notifyError(thrown, "It could not be made an input");
    }
  };
  return (
    <Part title="Arrived within a day" summary={summary}>
      {rows.length > 0 && (
        <ul className="plain-list stack gap-6">
          {rows.slice(0, SHOWN).map((row) => (
            <li key={row.id} className="row wraps gap-10 size-12">
              <StatusMark status={row.outcome} />
              <Time at={row.arrived_at} format="ago" />
              <span className="grow may-narrow breaks dim">
                {row.why ?? (row.execution === null ? "" : nameIn(row.execution))}
              </span>
              <TextButton tone="accent" label={`Use as input: ${nameIn(row.id)}`} onClick={() => void take(row.id)}>
                Use as input
              </TextButton>
            </li>
          ))}
        </ul>
      )}
      <a className="size-12 accent" href={triggerHref(workflow, trigger)} target="_blank" rel="noreferrer">
        All deliveries, and a test of one
      </a>
    </Part>
  );
}
