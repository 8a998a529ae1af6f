/** What a test came to: its end, each step with its values, what was really called, and the way to a case. */
import Button from "@cloudscape-design/components/button";
import { useEffect, useRef, useState } from "react";
import type { Step, TrialAnswer } from "../../../api/schema";
import {
  isObject,
  type Json,
  type JsonObject,
  nameOf,
  nameProblem,
  type StatePointer,
  statePath,
  walk,
} from "../../../asl";
import { JsonView } from "../../../ui/JsonView";
import { StatusMark } from "../../../ui/StatusMark";
import { Field, TextButton, TextInput } from "../forms/controls";
import type { Slot } from "../slots";
import { caseOf, casesOf, noCase, withCase } from "./cases";
import { type Call, canPin, withPin } from "./plan";
import { answeringOf, type Run, setTests, type Tests, valuesOf } from "./useTests";

interface RunResultProps extends Slot {
  run: Run;
  calls: readonly Call[];
  answers: Tests["answers"];
}

export function RunResult(props: RunResultProps) {
  const { run, definition } = props;
  const { answer } = run;
  const place = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: shown once for each run, however it is drawn
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest" });
  }, [answer]);
  return (
    <section ref={place} className="tp-part" aria-label="Result">
      <div className="heading">
        <h3>Result</h3>
        <StatusMark status={answer.status === "TIMED_OUT_TEST" ? "TIMED_OUT" : answer.status} />
        {run.pinned.length > 0 && <span className="tag">{`${run.pinned.length} pinned`}</span>}
        {answer.called.length > 0 && <span className="tag">{`${answer.called.length} really called`}</span>}
      </div>
      {definition !== run.document.definition && <p className="dz-quiet">Of the draft before the last edit.</p>}
      {answer.error !== null && (
        <p className="bad breaks">
          <strong>{answer.error}</strong>
          {answer.cause !== null && ` ${answer.cause}`}
        </p>
      )}
      {answer.unmocked_writes.map((each) => (
        <Unmocked key={each.state} {...props} state={each.state} />
      ))}
      {answer.status === "SUCCEEDED" && (
        <JsonView value={answer.output} label="Output of the test" maxHeight="200px" fileName="output" />
      )}
      <ul className="plain-list tp-steps framed on-card" aria-label="Steps of the test">
        {answer.steps.map((step) => (
          <StepRow key={step.id} {...props} step={step} />
        ))}
      </ul>
      <SaveAsCase {...props} />
    </section>
  );
}

/** A call that nobody answered: the two ways on. */
function Unmocked({ workflow, calls, answers, state }: RunResultProps & { state: string }) {
  const call = calls.find((each) => each.name === state);
  if (call === undefined) return null;
  const answer = (how: Tests["answers"][string]) => setTests(workflow, { answers: { ...answers, [call.path]: how } });
  return (
    <p className="tp-two">
      <TextButton onClick={() => answer({ kind: "output", output: call.sample })}>{`Mock ${state}`}</TextButton>
      <TextButton onClick={() => answer({ kind: "real" })}>{`Allow ${call.resource}`}</TextButton>
    </p>
  );
}

function StepRow(props: RunResultProps & { step: Step }) {
  const { step, run, definition, select, apply, workflow } = props;
  const [isOpen, setOpen] = useState(step.status === "FAILED");
  const values = valuesOf(run.answer, step.id);
  const pointer = pointerOf(props, step);
  const open = () => {
    setOpen(!isOpen);
    if (!isOpen && pointer !== null) select([pointer]);
  };
  const from = () => {
    if (pointer === null) return;
    select([pointer]);
    setTests(workflow, { mode: "from", input: values.input ?? null, variables: asObject(values.variables) });
  };
  return (
    <li>
      <button type="button" className="tp-step row gap-8 wide" aria-expanded={isOpen} onClick={open}>
        <StatusMark status={step.status} markOnly size={14} />
        <span className="tp-step-name grow may-narrow breaks" style={{ paddingLeft: `${depthOf(step) * 12}px` }}>
          {step.name}
          {step.item !== null && <span className="dz-quiet">{` item ${step.item + 1}`}</span>}
          {step.visit > 1 && <span className="dz-quiet">{` visit ${step.visit}`}</span>}
        </span>
        {step.attempts.length > 1 && <span className="tag">{`${step.attempts.length} attempts`}</span>}
        {badge(props, step) !== null && <span className="tag">{badge(props, step)}</span>}
      </button>
      {isOpen && (
        <div className="tp-values stack gap-8">
          {step.error !== null && (
            <p className="bad breaks">
              <strong>{step.error}</strong> {step.attempts.at(-1)?.cause}
            </p>
          )}
          <Value label="Input" value={values.input} />
          {step.type === "Task" && <Value label="Arguments" value={values.arguments} />}
          {step.type === "Task" && <Value label="Answer" value={values.result} />}
          {Object.keys(asObject(values.assigned)).length > 0 && <Value label="Assigned" value={values.assigned} />}
          {step.exited_at !== null && step.status === "SUCCEEDED" && <Value label="Output" value={values.output} />}
          {pointer !== null && (
            <p className="tp-two">
              <TextButton label={`Run from here: ${step.name}, with this input`} onClick={from}>
                Run from here
              </TextButton>
              {canPin(definition, pointer) && step.status === "SUCCEEDED" && !run.pinned.includes(step.path) && (
                <TextButton
                  label={`Pin the output of ${step.name}`}
                  onClick={() => apply((old) => withPin(old, step.path, values.output ?? null), `Pin ${step.path}`)}
                >
                  Pin this output
                </TextButton>
              )}
            </p>
          )}
        </div>
      )}
    </li>
  );
}

const depthOf = (step: Step): number =>
  step.parent === null ? 0 : step.id.split(":").filter((part) => part.includes("#")).length - 1;

function pointerOf({ definition }: Slot, step: Step): StatePointer | null {
  const found = walk(definition).map(({ pointer }) => pointer);
  return (
    found.find((pointer) => statePath(pointer) === step.path) ??
    found.find((pointer) => nameOf(pointer) === step.name) ??
    null
  );
}

/** Where a step's outcome came from, when not from running it. */
function badge({ run, calls, answers }: RunResultProps, step: Step): string | null {
  if (run.pinned.includes(step.path)) return "pinned";
  const call = calls.find((each) => each.path === step.path);
  if (call === undefined) return null;
  if (run.answer.called.some((each) => each.state === step.name)) return "real";
  return answeringOf(call, answers).kind === "real" ? null : "mocked";
}

function Value({ label, value }: { label: string; value: Json | undefined }) {
  if (value === undefined || value === null) return null;
  return (
    <div>
      <h4>{label}</h4>
      <JsonView value={value} label={label} open={1} maxHeight="180px" />
    </div>
  );
}

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

function SaveAsCase({ run, document, apply }: RunResultProps) {
  const [name, setName] = useState("");
  const why = noCase(run.answer, run.mode, run.pinned.length);
  if (why !== null) return <p className="dz-quiet">{why}</p>;
  const fault =
    name === ""
      ? null
      : nameProblem(
          name,
          casesOf(document).map((each) => each.name),
          "case",
        );
  const save = () => {
    apply((old) => withCase(old, caseOf(name, run.input, run.answer as TrialAnswer)), `Save the case ${name}`);
    setName("");
  };
  return (
    <form
      className="tp-save flex gap-10"
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== "" && fault === null) save();
      }}
    >
      <Field label="Save as a case" error={fault} hint="This input, these answers, this end.">
        <TextInput value={name} placeholder="high-value-order" onChange={setName} />
      </Field>
      <Button disabled={name === "" || fault !== null} onClick={save}>
        Save the case
      </Button>
    </form>
  );
}
