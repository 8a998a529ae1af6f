/** What this execution is, how it stands, and what can be done with it. */
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { Execution } from "../../api/schema";
import { tell } from "../../app/flash";
import { deliveryHref, executionHref, go } from "../../app/links";
import { denied, useWhyNot } from "../../app/me";
import { usePreferences } from "../../app/preferences";
import { ActButton } from "../../ui/ActButton";
import { NavLink } from "../../ui/NavLink";
import { StatusMark } from "../../ui/StatusMark";
import { Time, Took } from "../../ui/Time";
import { triggerIn } from "../triggers/words";
import { ConsoleLinks } from "./ConsoleLinks";
import { isShown, openInDesigner } from "./openInDesigner";
import { RerunDialog } from "./RerunDialog";
import { parentOf, timesWords } from "./redrive";
import { StopDialog } from "./StopDialog";
import { isOpenStatus } from "./useExecution";
import { awaitedFact } from "./words";

type Doing = "stop" | "rerun" | null;

interface ExecutionHeaderProps {
  execution: Execution;
  onChanged: () => void;
  /** Ask whether to redrive it; absent where it cannot be. */
  onRedrive: (() => void) | undefined;
  /** Ask whether it goes on by another version; likewise. */
  onMend: (() => void) | undefined;
  /** The name of the state that is looked at. */
  step: string | null;
  /** Show a fork beside its original. */
  onCompare: (() => void) | undefined;
  /** The states at which a redrive by the same version would only fail again; null where it may succeed. */
  vainAt: string | null;
}

export function ExecutionHeader({
  execution,
  onChanged,
  onRedrive,
  onMend,
  step,
  onCompare,
  vainAt,
}: ExecutionHeaderProps) {
  const [doing, setDoing] = useState<Doing>(null);
  const close = () => setDoing(null);
  const whyNotRun = useWhyNot("run");
  const isOpen = isOpenStatus(execution.status);
  const isVain = vainAt !== null;
  const parent = parentOf(execution.id);
  const awaited = awaitedFact(
    execution.awaited_calls,
    usePreferences((state) => state.clock),
  );
  const designer = `/wizard/${encodeURIComponent(execution.workflow)}`;
  const runSame = async () => {
    const started = await post<Execution>(path("/executions/{}/rerun", execution.id), {});
    go(`/executions/${encodeURIComponent(started.id)}`);
    return `${execution.workflow} runs again with the same input, as ${started.name}.`;
  };
  const resume = async () => {
    await post(path("/executions/{}/resume", execution.id));
    return `${execution.name} runs on.`;
  };
  return (
    <header className="ex-head flex wraps apart">
      <div className="may-narrow">
        <h1>{execution.name}</h1>
        <div className="ex-facts">
          <StatusMark status={execution.status} />
          <Time at={execution.started_at} />
          <Took since={execution.started_at} seconds={isOpen ? null : execution.duration_seconds} />
          {execution.redrives > 0 && !execution.fork && <span>{`Redriven ${timesWords(execution.redrives)}`}</span>}
          {awaited && <span>{awaited}</span>}
          {execution.waits_for_budget && (
            <span>
              Waits for its budget
              {execution.waits_for_budget.until && (
                <>
                  {" until "}
                  <Time at={execution.waits_for_budget.until} />
                </>
              )}
            </span>
          )}
          <span className="breaks">
            <NavLink to={designer}>{`${execution.workflow} v${execution.version}`}</NavLink>
          </span>
          {execution.fork && (
            <span>
              Fork of{" "}
              <NavLink to={executionHref(execution.fork.original)}>
                {execution.fork.original.slice(execution.fork.original.indexOf(":") + 1)}
              </NavLink>
              {` at event ${execution.fork.event}`}
            </span>
          )}
          {parent && (
            <span>
              Child of <NavLink to={executionHref(parent)}>{parent.slice(parent.indexOf(":") + 1)}</NavLink>
            </span>
          )}
          {execution.business_key && <span className="breaks">{`Key ${execution.business_key}`}</span>}
          <StartedBy execution={execution} />
          <ConsoleLinks links={execution.links} />
        </div>
      </div>
      <div className="may-narrow">
        <div className="ex-acts flex wraps gap-8">
          <Button onClick={() => openInDesigner(execution, step)}>
            {isShown(execution) ? "Open in designer with this input" : "Open in designer"}
          </Button>
          {onCompare && <Button onClick={onCompare}>Compare with the original</Button>}
          {isOpen && (
            <ActButton right="run" onClick={() => setDoing("stop")}>
              Stop …
            </ActButton>
          )}
          {execution.status === "PAUSED" && (
            <ActButton
              right="run"
              variant="primary"
              onClick={() => void tell(resume, "It could not be resumed").then(onChanged)}
            >
              Resume
            </ActButton>
          )}
          {onMend && (
            <ActButton right="run" variant={isVain ? "primary" : "normal"} onClick={onMend}>
              Mend and go on …
            </ActButton>
          )}
          {onRedrive && (
            <ActButton right="run" variant={isVain ? "normal" : "primary"} onClick={onRedrive}>
              Redrive …
            </ActButton>
          )}
          <ButtonDropdown
            {...denied(whyNotRun)}
            variant={onRedrive || execution.status === "PAUSED" ? "normal" : "primary"}
            mainAction={{
              text: "Run again",
              onClick: () => void tell(runSame, "It could not be run again"),
              ...denied(whyNotRun),
            }}
            ariaLabel="More ways to run it again"
            items={[{ id: "edited", text: "Run again with another input …" }]}
            onItemClick={() => setDoing("rerun")}
          />
        </div>
        {onMend && isVain && (
          <p className="ex-vain size-13 soft">{`Redriven by the same version, it fails again at ${vainAt}: mend it first.`}</p>
        )}
      </div>
      {doing === "stop" && (
        <StopDialog
          executions={[execution]}
          workflow={execution.workflow}
          onClose={close}
          onDone={() => {
            close();
            onChanged();
          }}
        />
      )}
      {doing === "rerun" && <RerunDialog execution={execution} onClose={close} />}
    </header>
  );
}

/** Of one that a trigger started, its delivery: the two have the same id. */
function StartedBy({ execution }: { execution: Execution }) {
  const by = triggerIn(execution.started_by);
  if (!execution.started_by) return null;
  if (by === null) return <span className="dim">{`Started by ${execution.started_by}`}</span>;
  const { workflow, trigger } = by;
  return (
    <span>
      Started by trigger{" "}
      <NavLink to={deliveryHref(workflow, trigger, execution.id)}>{`${workflow}/${trigger}`}</NavLink>
    </span>
  );
}
