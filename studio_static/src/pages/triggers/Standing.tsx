/** Whether a trigger listens, and who paused it; when its schedule comes next; where its webhook is called. */
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import type { Trigger } from "../../api/schema";
import { StatusMark } from "../../ui/StatusMark";
import { Time } from "../../ui/Time";
import { formatIn } from "../../ui/time";
import { useNow } from "../../ui/useNow";
import { standingOf } from "./words";

interface StandingProps {
  trigger: Trigger;
  /** Where there is no room for when it comes next. */
  withNext?: boolean;
}

export function Standing({ trigger, withNext = false }: StandingProps) {
  return (
    <div>
      <StatusMark status={standingOf(trigger)} />
      {trigger.paused_at && (
        <div className="dim">
          {trigger.paused_by ? `by ${trigger.paused_by}, ` : ""}
          <Time at={trigger.paused_at} format="ago" />
        </div>
      )}
      {!trigger.enabled && <div className="dim">in the document</div>}
      {withNext && trigger.next_at && (
        <div className="dim" title={trigger.next_at}>
          next <In at={trigger.next_at} />
        </div>
      )}
    </div>
  );
}

/** Relative, and the moment itself; its tooltip has the zone. */
export function NextTime({ at }: { at: string | null | undefined }) {
  if (!at) return <span>–</span>;
  return (
    <div>
      <In at={at} />
      <div className="dim">
        <Time at={at} />
      </div>
    </div>
  );
}

function In({ at }: { at: string }) {
  const isSoon = new Date(at).getTime() - Date.now() < 3_600_000;
  return <span className="tabular nowrap">{formatIn(at, useNow(isSoon ? 1000 : 60_000))}</span>;
}

/** The whole address, to be copied to whoever calls it: `url`, where a setting says what it begins with. */
export function Address({ path, url }: { path: string; url?: string | null | undefined }) {
  const address = url ?? window.location.origin + path;
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={address}
      textToDisplay={address}
      copyButtonAriaLabel={`Copy the address ${address}`}
      copySuccessText="The address is copied"
      copyErrorText="The browser does not let it be copied"
    />
  );
}
