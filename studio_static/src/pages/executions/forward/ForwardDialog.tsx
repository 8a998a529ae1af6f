/**
 * Mend and go on: an execution that did not succeed, or all that failed alike, by another version of the workflow. First
 * the plan, with what stands against it and where in the designer, and what one already did; then how far it is.
 */
import "./forward.css";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Link from "@cloudscape-design/components/link";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import { useEffect, useRef, useState } from "react";
import { path, post } from "../../../api/client";
import { ApiError, asApiError } from "../../../api/errors";
import type { Execution, ForwardPlan, ForwardPlans, RedrivenMany, Step, VersionList } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { notify } from "../../../app/flash";
import { href } from "../../../app/links";
import { Dialog } from "../../../ui/Dialog";
import { NavLink } from "../../../ui/NavLink";
import { Problem } from "../../../ui/Problem";
import { Skeleton } from "../../../ui/Skeleton";
import { everyPage } from "../everyPage";
import { designerHref, openInDesigner } from "../openInDesigner";
import { progressWords } from "../redrive";
import { Done } from "./Done";
import { going, isDoubtful, type Reason, reasonsOf, stateAt, verdictWords } from "./plans";

const PAGE = 25;

interface ForwardDialogProps {
  execution: Execution;
  /** Where it goes on, as far as that is known. */
  steps: readonly Step[];
  /** Show its ledger of effects. */
  onLedger: () => void;
  onClose: () => void;
  onDone: () => void;
}

type Scope = "one" | "alike";

export default function ForwardDialog({ execution, steps, onLedger, onClose, onDone }: ForwardDialogProps) {
  const versions = useApi<VersionList>(path("/workflows/{}/versions", execution.workflow));
  const others = (versions.data?.versions ?? [])
    .map((each) => each.version)
    .filter((each) => each !== execution.version);
  const [chosen, setChosen] = useState<number | null>(null);
  const [scope, setScope] = useState<Scope>("one");
  const [accept, setAccept] = useState(false);
  const [done, setDone] = useState<{ redriven: number; refused: number } | null>(null);
  const version = chosen ?? others[0] ?? null;
  const plans = usePlans(execution, version, scope);
  const count = plans.data === null ? 0 : going(plans.data, accept);
  const goOn = async () => {
    if (version === null) return;
    if (scope === "one") {
      await post<Execution>(path("/executions/{}/redrive", execution.id), { version, accept }).catch(inItsWords);
      notify({ type: "success", content: `${execution.name} goes on by version ${version}.` });
      return onDone();
    }
    let [redriven, refused] = [0, 0];
    setDone({ redriven, refused });
    await everyPage<RedrivenMany>(
      path("/workflows/{}/redrive", execution.workflow),
      { ...alike(execution), version, accept, limit: PAGE },
      {
        onPage: (page) => {
          redriven += page.redriven.length;
          refused += page.refused.length;
          setDone({ redriven, refused });
        },
      },
    );
    notify({ type: "success", content: `${progressWords(redriven, refused)}.` });
    onDone();
  };
  if (versions.error || (versions.data !== null && others.length === 0)) {
    return (
      <Dialog
        title={`Mend ${execution.name} and go on`}
        act="Close"
        cancel={null}
        onAct={async () => onClose()}
        onClose={onClose}
      >
        {versions.error ? (
          <Problem error={versions.error} what="the workflow's versions" onRetry={() => void versions.reload()} />
        ) : (
          <p className="ex-plain">
            There is no other version of {execution.workflow} yet. Mend it in the{" "}
            <Designer execution={execution} step={steps[0]?.name ?? null} />, publish it, and come back.
          </p>
        )}
      </Dialog>
    );
  }
  return (
    <Dialog
      title={`Mend ${execution.name} and go on`}
      act={scope === "one" ? "Go on" : `Let ${count} go on`}
      onAct={goOn}
      onClose={onClose}
      disabled={count === 0}
      size="large"
    >
      <p className="ex-plain">
        It goes on where it stood, by another version. What succeeded is kept. Mend the workflow in the{" "}
        <Designer execution={execution} step={steps[0]?.name ?? null} /> and publish it first.
      </p>
      <FormField label="Version">
        <Select
          selectedOption={version === null ? null : option(version)}
          options={others.map(option)}
          onChange={({ detail }) => setChosen(Number(detail.selectedOption.value))}
          ariaLabel="Version"
        />
      </FormField>
      <FormField label="Which">
        <RadioGroup
          value={scope}
          onChange={({ detail }) => setScope(detail.value as Scope)}
          items={[
            { value: "one", label: "This one" },
            {
              value: "alike",
              label: `All of ${execution.workflow} that ended alike`,
              description: `${execution.status}${execution.error ? ` with ${execution.error}` : ""}`,
            },
          ]}
        />
      </FormField>
      <section className="fw-plan gap-8" aria-label="Plan" aria-live="polite">
        {plans.error ? (
          <Problem error={plans.error} what="the plan" onRetry={plans.reload} />
        ) : plans.data === null ? (
          <Skeleton what="the plan" rows={2} />
        ) : (
          <>
            <strong>{done ? `${progressWords(done.redriven, done.refused)} …` : verdictWords(plans.data)}</strong>
            <Reasons of={reasonsOf(plans.data)} workflow={execution.workflow} many={plans.data.length > 1} />
            {plans.data.some((plan) => plan.fits && isDoubtful(plan)) && (
              <Checkbox checked={accept} onChange={({ detail }) => setAccept(detail.checked)}>
                Go on all the same where there are doubts
              </Checkbox>
            )}
          </>
        )}
      </section>
      {scope === "one" && <Done execution={execution} steps={steps} onLedger={onLedger} />}
    </Dialog>
  );
}

/** What came in between says what a command line would do about it: here the plan is asked for again. */
function inItsWords(thrown: unknown): never {
  const error = asApiError(thrown);
  if (error.code !== "VersionDoesNotFit") throw error;
  throw new ApiError(error.status, {
    ...error,
    message: error.message,
    advice: "Close this, and look at the plan again.",
  });
}

const option = (version: number) => ({ value: String(version), label: `Version ${version}` });

/** The filters that find those that ended as this one did. */
function alike({ status, error }: Execution) {
  return { status, error: error || null };
}

interface Plans {
  data: ForwardPlan[] | null;
  error: ApiError | null;
}

function usePlans(execution: Execution, version: number | null, scope: Scope) {
  const [plans, setPlans] = useState<Plans>({ data: null, error: null });
  const [round, setRound] = useState(0);
  const asked = useRef(execution);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round asks once more
  useEffect(() => {
    if (version === null) return;
    const control = new AbortController();
    setPlans({ data: null, error: null });
    const { id, workflow } = asked.current;
    const ask = async () => {
      if (scope === "one") return [await post<ForwardPlan>(path("/executions/{}/redrive/plan", id), { version })];
      const found: ForwardPlan[] = [];
      await everyPage<ForwardPlans>(
        path("/workflows/{}/redrive/plan", workflow),
        { ...alike(asked.current), version, limit: PAGE },
        { signal: control.signal, onPage: (page) => found.push(...page.plans) },
      );
      return found;
    };
    ask().then(
      (data) => control.signal.aborted || setPlans({ data, error: null }),
      (thrown) => control.signal.aborted || setPlans({ data: null, error: asApiError(thrown) }),
    );
    return () => control.abort();
  }, [version, scope, round]);
  return { ...plans, reload: () => setRound((each) => each + 1) };
}

const WORDS = { against: "Against it", doubt: "In doubt", changed: "Changed", note: "Note" } as const;

/** Each with the way to the state in the designer. */
function Reasons({ of, workflow, many }: { of: readonly Reason[]; workflow: string; many: boolean }) {
  if (of.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <ul className="fw-reasons breaks scrolls flush" aria-label="Reasons" tabIndex={0}>
      {of.map(({ kind, place, message, count }) => {
        const state = stateAt(place);
        return (
          <li key={`${kind}${place}${message}`} className={`fw-${kind}`}>
            <strong>{WORDS[kind]}</strong>
            {many && ` (${count})`}: {message}{" "}
            {place && (
              <NavLink
                to={href(
                  `/wizard/${encodeURIComponent(workflow)}${state ? `?state=${encodeURIComponent(state)}` : ""}`,
                )}
              >
                {place}
              </NavLink>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Designer({ execution, step }: { execution: Execution; step: string | null }) {
  return (
    <Link
      href={designerHref(execution, step)}
      onFollow={(event) => {
        if (event.detail.external) return;
        event.preventDefault();
        openInDesigner(execution, step);
      }}
    >
      designer, with this input
    </Link>
  );
}
